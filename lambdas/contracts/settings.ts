import * as z from 'zod';
import { ApprovalPage } from './approval-page.ts';
import { Approver, approverConfusions } from './approver.ts';
import { AwsRegion } from './aws-region.ts';
import { Geography } from './bedrock.ts';
import { Cluster, clusterProblems } from './clusters.ts';

/** What an environment is called that no list of the settings names. Policies compare with it. */
export const PRODUCTION = 'production';

const AccountId = z.string().regex(/^\d{12}$/, 'an account id of 12 digits, in quotes');

const Environment = z.string().regex(/^[a-z][a-z0-9-]*$/, 'lower-case letters, digits and dashes, e.g. production');

const arn = (service: string, resource: string, example: string) =>
  z
    .string()
    .regex(
      new RegExp(`^arn:aws[a-z-]*:${service}:[a-z0-9-]*:(\\d{12}|aws):${resource}/\\S+$`),
      `an ARN like ${example}`,
    );

/** A shipped policy that a deployment does without, and why. People read the reason before they approve a change. */
export const PolicyOff = z.strictObject({
  /** Its `@id`. */
  id: z.string().min(1),
  reason: z.string().trim().min(10, 'a reason of at least 10 characters: whoever approves a change reads it').max(300),
});
export type PolicyOff = z.infer<typeof PolicyOff>;

/** The service behind the agents' models. Their prices depend on it. */
const ModelSource = z.discriminatedUnion(
  'provider',
  [
    z.strictObject({
      /** The Messages API, with a key in Secrets Manager. */
      provider: z.literal('anthropic').default('anthropic'),
      /** The API itself, or an LLM gateway in front of it. */
      baseUrl: z.url().default('https://api.anthropic.com'),
    }),
    z.strictObject({
      /** Amazon Bedrock, called under the function's role, without a key. */
      provider: z.literal('bedrock'),
      /** Where requests may be processed: one geography, or `global`, which costs less. No default: it is about data. */
      geography: Geography,
      /** Region of the Bedrock endpoint. Default: that of the stack. */
      region: AwsRegion.optional(),
    }),
  ],
  { error: "'anthropic' or 'bedrock'" },
);
export type ModelSource = z.infer<typeof ModelSource>;

const Fields = z.strictObject({
  approvers: z
    .array(Approver)
    .min(1, 'at least one approver: without one, every change would expire unasked')
    .refine((all) => all.some((one) => one.tier === 1), 'one approver must have tier 1, or nobody is asked first')
    .superRefine((all, context) => {
      for (const message of approverConfusions(all)) context.addIssue({ code: 'custom', message });
    }),
  approval: z
    .strictObject({
      /** Time between a request and its reminder, and between reminders. */
      remindMinutes: z.int().min(1).max(240).default(15),
      /** After this the answer is *expired*, never *approved*. */
      expireMinutes: z.int().min(1).max(1440).default(60),
      /** How long a grant stays valid between the approval and apply. */
      grantMinutes: z.int().min(1).max(60).default(15),
    })
    .prefault({}),
  /** Position of the kill switch after the first deployment. A later change of it overwrites what an operator set. */
  initialSwitch: z.enum(['on', 'propose-only', 'off']).default('on'),
  /**
   * SSM change calendars, by name or ARN, in the Region of the stack. While any of them is closed, or cannot be
   * read, no change is applied unless a person approves it with break-glass. Empty: there are no freezes.
   */
  changeCalendars: z
    .array(
      z
        .string()
        .regex(
          /^(arn:aws[a-z-]*:ssm:[a-z0-9-]+:\d{12}:document\/)?[\w.-]{3,128}$/,
          'the name or the ARN of an SSM document of type ChangeCalendar',
        ),
    )
    .default([]),
  /** Changes that may begin within any 60 minutes, over all incidents. Rollbacks do not count. */
  changesPerHour: z
    .strictObject({
      /** Of one tool, on all targets. */
      perTool: z.int().min(1).max(10_000).default(20),
      /** To one target, by all tools. */
      perTarget: z.int().min(1).max(100).default(3),
    })
    .prefault({}),
  accountBudgetPerDay: z
    .strictObject({ dollars: z.number().positive().default(100), incidents: z.int().positive().default(500) })
    .prefault({}),
  model: ModelSource.prefault({}),
  /**
   * A Bedrock guardrail that checks evidence before it is recorded and before a model reads it, in addition to
   * the harness's own redaction and scanner. Default: none.
   */
  guardrail: z
    .strictObject({
      id: z.string().regex(/^[a-z0-9]+$/, 'the id of a guardrail of this account and Region, not its ARN'),
      version: z.string().regex(/^[1-9]\d{0,7}$/, 'a numbered version in quotes; a draft can change without a review'),
      /** Its guardrail profile, if it has one (all of the Standard tier have), e.g. `eu.guardrail.v1:0`. */
      profile: z
        .string()
        .regex(/^[a-z-]+\.guardrail\.v\d+:\d+$/, 'e.g. eu.guardrail.v1:0')
        .optional(),
      /** What happens to evidence that could not be checked: it is shown with a mark, or not at all. */
      ifUnavailable: z.enum(['mark', 'withhold']).default('mark'),
    })
    .optional(),
  /**
   * Concurrent executions that Lambda reserves for the approval page, and its limit. Lambda leaves 100 of the account's
   * quota unreserved, and the quota of a new account is 10, where any reservation fails the deployment. Default: none.
   */
  pageConcurrency: z.int().min(1).max(100).optional(),
  /**
   * The address of the approval page on the team's own domain or behind its SSO proxy, and how the page knows the proxy:
   * see docs/deploy.md. Default: the address that Lambda gives the page, which anybody may open.
   */
  approvalPage: ApprovalPage.optional(),
  /**
   * Endpoints of AWS services other than their public ones, by the SDK's id of the service
   * (`EC2`, `AUTO_SCALING`): an interface endpoint without private DNS, or an emulator.
   */
  endpoints: z
    .record(z.string().regex(/^[A-Z][A-Z0-9_]+$/, 'the id of a service in capitals, e.g. AUTO_SCALING'), z.url())
    .default({}),
  /**
   * A KMS key of yours in place of a new one, for the ledger and the messages to approvers. Symmetric, in the
   * Region of the stack, and with a key policy that lets IAM policies of the account decide.
   */
  encryptionKeyArn: arn('kms', 'key', 'arn:aws:kms:eu-west-1:123456789012:key/…').optional(),
  /**
   * The VPC of the functions. They must reach AWS and the model on port 443, through a NAT gateway or
   * interface endpoints. Default: no VPC.
   */
  network: z
    .strictObject({
      vpcId: z.string().regex(/^vpc-[0-9a-f]+$/, 'the id of a VPC, e.g. vpc-0a1b2c3d'),
      /** Private subnets, in at least two zones to survive the loss of one. */
      subnetIds: z.array(z.string().regex(/^subnet-[0-9a-f]+$/, 'the id of a subnet, e.g. subnet-0a1b2c3d')).min(1),
    })
    .optional(),
  /**
   * The SNS topic that the harness's own alarms notify, on ALARM and on OK, e.g. your pager's. It must be in the
   * Region of the stack and let CloudWatch publish. Default: none.
   */
  ownAlarmsTopicArn: z
    .string()
    .regex(/^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w-]+$/, 'an ARN like arn:aws:sns:eu-west-1:123456789012:pager')
    .optional(),
  /**
   * An SNS topic that gets the event `approval.waiting` when an approval request or a reminder is sent, e.g. your
   * pager's, so that it can wake somebody. It has no link. The topic must be in the Region of the stack and let EventBridge
   * publish. Default: none; the event is on the default event bus in any case.
   */
  approvalWaitingTopicArn: z
    .string()
    .regex(/^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w-]+$/, 'an ARN like arn:aws:sns:eu-west-1:123456789012:pager')
    .optional(),
  /**
   * The tag that names the group of an instance, where many alarms on one metric come in a minute: each group is a storm
   * of its own. An instance without it belongs to its Auto Scaling group.
   */
  stormGroupTag: z.string().min(1).max(128).default('service'),
  /** A managed policy that bounds every role of the stack, where your organization asks for one. */
  permissionsBoundaryArn: arn('iam', 'policy', 'arn:aws:iam::123456789012:policy/boundary').optional(),
  /** Incidents that begin with a question (`checkrein ask`). Nobody checks who asks, so read-only agents answer. */
  questions: z
    .strictObject({
      /** Agents with change tools take questions too. A change then needs two approvals at least, whatever policy says. */
      allowChanges: z.boolean().default(false),
    })
    .prefault({}),
  /** Tags of every resource that can have them. */
  tags: z
    .record(
      z
        .string()
        .min(1)
        .max(128)
        .regex(/^(?!aws:)/i, 'AWS reserves keys that begin with aws:'),
      z.string().max(256),
    )
    .default({}),
  /**
   * Other accounts that this deployment looks after, each with the stack CheckreinMember in the same Region: see
   * docs/deploy.md.
   */
  members: z
    .strictObject({
      /** The account that Checkrein itself is in. */
      hub: AccountId,
      /** Each takes 35 characters of the bus's policy, which may have 10,240. */
      accounts: z
        .array(AccountId)
        .min(1)
        .max(25)
        .refine((all) => new Set(all).size === all.length, 'every account once'),
      /** The external id with which the hub assumes a member's roles: a random string, not a secret. */
      externalId: z.string().regex(/^[\w+=,.@:/-]{16,1224}$/, 'at least 16 letters and digits, e.g. a UUID'),
    })
    .refine(({ hub, accounts }) => !accounts.includes(hub), 'the hub cannot be a member of itself')
    .optional(),
  /** Clusters of Kubernetes that agents may be granted: see docs/kubernetes.md. */
  clusters: z.array(Cluster).max(50).default([]),
  /**
   * The exact names of environments that are not production, lower case. Every other name is, and so is a target without
   * a tag. A name that is missing here makes the rules stricter, never looser.
   */
  nonProduction: z
    .array(
      Environment.refine(
        (name) => name !== PRODUCTION,
        `an environment other than ${PRODUCTION}, which policies compare with`,
      ),
    )
    .default(['dev', 'development', 'test', 'testing', 'qa', 'sandbox', 'staging']),
  /**
   * The environment of everything in an account, lower case, regardless of tags: e.g. `{ '123456789012': 'production' }`.
   * In accounts that are not named here, tags decide. A name that `nonProduction` does not list is production.
   */
  accountEnvironments: z.record(AccountId, Environment).default({}),
  /**
   * Shipped policies that do not apply in this deployment, each by its `@id` with a reason, which is shown to whoever approves a
   * change. Those about who approves in production, and some others, cannot be switched off: docs/security-model.md.
   */
  policiesOff: z
    .array(PolicyOff)
    .refine((all) => new Set(all.map(({ id }) => id)).size === all.length, 'every policy once')
    .default([]),
  /** Days that a trace is kept before DynamoDB's TTL removes it. */
  retentionDays: z.int().min(1).max(3650).default(400),
  logRetentionDays: z.literal([30, 90, 180, 365, 731], '30, 90, 180, 365 or 731').default(365),
  /**
   * How a new version takes over. `canary`: a tenth of the calls for five minutes, then all, rolled back when
   * one of the harness's own alarms fires. `all-at-once`: at once, without CodeDeploy and without versions of the
   * state machine, for throw-away accounts and emulators that support neither.
   */
  rollout: z.enum(['canary', 'all-at-once']).default('canary'),
  /** Keep ledger and keys when the stack is destroyed. Turn off only for throw-away accounts. */
  protectData: z.boolean().default(true),
});

/** The settings of `config/deployment.ts`. Every field but `approvers` has a safe default. */
export const Settings = Fields.superRefine((settings, context) => {
  for (const { path, message } of clusterProblems(settings))
    context.addIssue({ code: 'custom', path: ['clusters', ...path], message });
});
export type Settings = z.infer<typeof Settings>;
/** What a team writes: the same with defaults left out. */
export type SettingsInput = z.input<typeof Settings>;
