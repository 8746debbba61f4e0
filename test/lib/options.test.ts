import { describe, expect, test } from 'vitest';
import { Settings, type SettingsInput } from '../../lambdas/contracts/settings.ts';
import { synthesize, type Template } from '../../lib/synthesize.ts';
import { managedPoliciesIn, rightsIn, whoMay } from './permissions.ts';
import { BOUNDARY, EVERY_OPTION, KEY, network } from './options.ts';
import { shippedRules } from './shipped.ts';

const shipped = shippedRules();
const rules = { ...shipped, settings: { ...shipped.settings, ...EVERY_OPTION } };
const { template } = synthesize(rules);
const plain = synthesize(shipped).template;

const ofType = (type: string, from: Template = template) =>
  Object.values(from.Resources).filter(({ Type }) => Type === type);

describe('an existing key', () => {
  test('encrypts the ledger and the messages, and no other key is created for that', () => {
    expect(ofType('AWS::DynamoDB::Table')).toMatchObject([
      { Properties: { SSESpecification: { KMSMasterKeyId: KEY } } },
    ]);
    const encrypted = { Properties: { KmsMasterKeyId: KEY } };
    expect(ofType('AWS::SNS::Topic')).toMatchObject([encrypted, encrypted]);
    expect(ofType('AWS::KMS::Key')).toHaveLength(ofType('AWS::KMS::Key', plain).length - 1);
  });

  test('is used by the functions through DynamoDB and SNS only', () => {
    const uses = rightsIn(template).filter(
      ({ action, resource }) => action === 'kms:Decrypt' && resource.includes(KEY),
    );
    expect(uses.length).toBeGreaterThan(0);
    for (const { conditions } of uses) expect(conditions['StringEquals']).toHaveProperty('kms:ViaService');
  });
});

describe('a network', () => {
  test('holds every function, lets them out on 443 and nothing in', () => {
    for (const fn of ofType('AWS::Lambda::Function'))
      expect(fn).toMatchObject({ Properties: { VpcConfig: { SubnetIds: network.subnetIds } } });
    const [group, ...others] = ofType('AWS::EC2::SecurityGroup');
    expect(others).toEqual([]);
    expect(group?.Properties).toMatchObject({
      VpcId: network.vpcId,
      SecurityGroupEgress: [{ FromPort: 443, ToPort: 443 }],
    });
    expect(group?.Properties).not.toHaveProperty('SecurityGroupIngress');
  });

  test('lets Lambda create network interfaces, but not the code of a function', () => {
    const makers = whoMay(rightsIn(template), 'ec2:CreateNetworkInterface');
    expect(makers).toHaveLength(ofType('AWS::Lambda::Function').length);
    const denials = ofType('AWS::IAM::Policy').filter((policy) =>
      JSON.stringify(policy).includes('lambda:SourceFunctionArn'),
    );
    expect(denials).toHaveLength(makers.length);
    expect(managedPoliciesIn(template)).toEqual([]);
  });
});

test('every role has the permissions boundary', () => {
  for (const role of ofType('AWS::IAM::Role'))
    expect(role).toMatchObject({ Properties: { PermissionsBoundary: BOUNDARY } });
  for (const role of ofType('AWS::IAM::Role', plain)) expect(role.Properties).not.toHaveProperty('PermissionsBoundary');
});

test('tags are on resources that cost money and on roles', () => {
  for (const type of ['AWS::DynamoDB::Table', 'AWS::Lambda::Function', 'AWS::IAM::Role', 'AWS::KMS::Key'])
    for (const { Properties } of ofType(type))
      expect(JSON.stringify(Properties['Tags'])).toContain('{"Key":"team","Value":"platform"}');
});

describe('invalid options', () => {
  const approvers: SettingsInput['approvers'] = [{ email: 'sre@example.com', name: 'SRE', roles: ['sre'] }];
  const wrong: [string, object, string][] = [
    ['a key alias', { encryptionKeyArn: 'alias/mine' }, 'an ARN like arn:aws:kms:'],
    ['a network without subnets', { network: { vpcId: 'vpc-1', subnetIds: [] } }, 'expected array'],
    ['the name of a VPC', { network: { vpcId: 'main', subnetIds: ['subnet-1'] } }, 'vpc-0a1b2c3d'],
    ['a role as boundary', { permissionsBoundaryArn: 'arn:aws:iam::123456789012:role/x' }, 'policy/boundary'],
    ['a tag of AWS', { tags: { 'aws:team': 'x' } }, 'aws:'],
    ['another way to roll out', { rollout: 'linear' }, '"canary"|"all-at-once"'],
  ];
  test.each(wrong)('%s is refused in words', (_, option, says) => {
    const parsed = Settings.safeParse({ approvers, ...option });
    expect(parsed.success ? '' : JSON.stringify(parsed.error.issues).replaceAll('\\', '')).toContain(says);
  });

  test('an AWS managed policy is valid as a boundary', () => {
    const permissionsBoundaryArn = 'arn:aws:iam::aws:policy/PowerUserAccess';
    expect(Settings.safeParse({ approvers, permissionsBoundaryArn }).success).toBe(true);
  });
});
