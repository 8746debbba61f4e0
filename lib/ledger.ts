import { Aws, RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, StreamViewType, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { EventSourceMappingOptions } from 'aws-cdk-lib/aws-lambda';
import { type IKey, Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { Family } from '../lambdas/contracts/ledger-keys.ts';
import type { LedgerRights } from './ledger-rights.ts';
import type { CheckreinFunction } from './checkrein-function.ts';
import { acknowledgeWildcard } from './nag-acknowledgements.ts';

/** KMS actions that a caller needs to read an encrypted table, and to write it. */
const TABLE_KEY_READ = ['kms:Decrypt', 'kms:DescribeKey'];
const TABLE_KEY_USE = [...TABLE_KEY_READ, 'kms:Encrypt', 'kms:GenerateDataKey', 'kms:ReEncryptFrom', 'kms:ReEncryptTo'];

export interface LedgerTableProps {
  readonly removalPolicy: RemovalPolicy;
  /** An existing key to encrypt with. Default: a new one. */
  readonly keyArn: string | undefined;
}

/** The table of traces, approvals, grants, counters, breakers and leases, and the key that seals a closed trace. */
export class LedgerTable extends Construct {
  /** Encrypts the table, and the messages to approvers. */
  readonly key: IKey;
  private readonly table: Table;
  private readonly sealKey: Key;

  constructor(scope: Construct, id: string, { removalPolicy, keyArn }: LedgerTableProps) {
    super(scope, id);
    const description = 'Encrypts the ledger and the messages of Checkrein.';
    this.key =
      keyArn === undefined
        ? new Key(this, 'Key', { description, enableKeyRotation: true, removalPolicy })
        : Key.fromKeyArn(this, 'Key', keyArn);
    const isProtected = removalPolicy !== RemovalPolicy.DESTROY;
    this.table = new Table(this, 'Table', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      timeToLiveAttribute: 'ttl',
      // The filter of the moments reads what kind of event an item is.
      stream: StreamViewType.NEW_IMAGE,
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.CUSTOMER_MANAGED,
      encryptionKey: this.key,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: isProtected,
      // CloudFormation cannot delete a table under deletion protection, not even when the first deployment fails.
      removalPolicy: isProtected ? RemovalPolicy.RETAIN : removalPolicy,
    });
    this.sealKey = new Key(this, 'SealKey', {
      description: 'Signs the head of a closed Checkrein trace; its public half lets anyone verify one offline.',
      keySpec: KeySpec.ECC_NIST_P256,
      keyUsage: KeyUsage.SIGN_VERIFY,
      removalPolicy,
    });
  }

  get tableName(): string {
    return this.table.tableName;
  }

  /** ARN of the key that seals traces. Its public half verifies them. */
  get sealKeyArn(): string {
    return this.sealKey.keyArn;
  }

  /**
   * Lets a function read and append traces, unless its rights say no, and use the row families that they name.
   *
   * IAM sees the action and the partition key but not the condition of a write: append, create and replace are all
   * `PutItem`, and only the ledger adapter ensures that every put has a condition. IAM does ensure that no function
   * can delete, update or bulk-write a trace, or access a family that its rights do not name.
   */
  grant(step: CheckreinFunction, rights: LedgerRights): void {
    const { read = [], create = [], replace = [], add = [] } = rights;
    const traces: Family[] = rights.traces === false ? [] : ['incident'];
    const appended = rights.traces === undefined ? traces : [];
    const writes = [...appended, ...create, ...replace];
    step.setEnv('ledgerTable', this.tableName);
    step.addToRolePolicy(
      new PolicyStatement({
        actions: writes.length + add.length > 0 ? TABLE_KEY_USE : TABLE_KEY_READ,
        resources: [this.key.keyArn],
        conditions: { StringEquals: { 'kms:ViaService': `dynamodb.${Aws.REGION}.amazonaws.com` } },
      }),
    );
    // A create that finds a row, and an addition that is refused, read the existing row and return it.
    this.allow(step, ['dynamodb:GetItem', 'dynamodb:Query'], [...traces, ...read, ...create, ...replace, ...add]);
    this.allow(step, ['dynamodb:PutItem'], writes);
    this.allow(step, ['dynamodb:UpdateItem'], add);
  }

  /** Hands what is written to the ledger to a function, as far as the filters let it through. */
  feed(step: CheckreinFunction, id: string, options: EventSourceMappingOptions): void {
    const { tableArn, tableStreamArn: stream = '' } = this.table;
    const actions = ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'];
    const resources = [`${tableArn}/stream/*`];
    step.addToRolePolicy(new PolicyStatement({ actions: actions.map((name) => `dynamodb:${name}`), resources }));
    acknowledgeWildcard(step.executionRole, `${tableArn}/stream/*`, 'A new stream of the table has a new name.');
    step.live.addEventSourceMapping(id, { ...options, eventSourceArn: stream });
  }

  /** Lets a function seal a trace: sign its head, and read the public key that verifies it. */
  grantSeal(step: CheckreinFunction): void {
    step.setEnv('sealKey', this.sealKey.keyArn);
    step.addToRolePolicy(
      new PolicyStatement({ actions: ['kms:Sign', 'kms:GetPublicKey'], resources: [this.sealKey.keyArn] }),
    );
  }

  private allow(step: CheckreinFunction, actions: string[], families: readonly Family[]): void {
    if (families.length === 0) return;
    step.addToRolePolicy(
      new PolicyStatement({
        actions,
        resources: [this.table.tableArn],
        conditions: {
          'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [...new Set(families)].map((family) => `${family}#*`) },
          // ForAllValues is also true for a request without any key. This refuses such a request.
          Null: { 'dynamodb:LeadingKeys': 'false' },
        },
      }),
    );
  }
}
