import * as z from 'zod';
import { Facts } from './facts.ts';
import { Heading } from './heading.ts';
import { Json, JsonObject } from './json.ts';
import { AWS } from './tool.ts';

const called = { kind: z.string(), id: z.string() };
const place = {
  account: z.string(),
  region: z.string(),
  /** From the settings of its account, or its tag `environment` or `env`; `production` unless the settings list it. */
  environment: z.string(),
  tags: z.record(z.string(), z.string()),
};

const AwsTarget = z.strictObject({ ...called, arn: z.string(), ...place });
export type AwsTarget = z.infer<typeof AwsTarget>;

/** What refs of a provider begin with, where it is not the provider's name. */
const SCHEMES: Readonly<Record<string, string>> = { kubernetes: 'k8s' };
const schemeOf = (provider: string): string => SCHEMES[provider] ?? provider;

/**
 * A target of another provider. Its ref begins with a scheme of that provider alone, its name in general, so that two providers cannot mean two things by
 * one ref. Account and Region are those that it is reached through: it must be where the incident is.
 */
const OtherTarget = z
  .strictObject({
    ...called,
    provider: z.string().regex(/^(?!(aws|k8s)$)[a-z][a-z0-9-]*$/, 'the name of a provider other than aws'),
    ref: z.string(),
    /** Which one of its name it is, where the provider tells. The plan covers it, and credentials are bound to it. */
    uid: z.string().exactOptional(),
    ...place,
  })
  .refine(({ provider, ref }) => ref.startsWith(`${schemeOf(provider)}://`), {
    error: 'begins with the name of its provider (of kubernetes: k8s) and ://',
    path: ['ref'],
  });

/** The target of a change, which becomes the Cedar resource. All of it comes from the provider, none from the model. */
export const Target = z.union([AwsTarget, OtherTarget]);
export type Target = z.infer<typeof Target>;

/** What names a target in ledger, policies and messages: of AWS its ARN. */
export const refOf = (target: Pick<AwsTarget, 'arn'> | { readonly ref: string }): string =>
  'arn' in target ? target.arn : target.ref;

/** The provider of a target. */
export const providerOfTarget = (target: Target): string => ('arn' in target ? AWS : target.provider);

/** Fields of a target that a test of policies gives; the others follow from its tool. */
export const PartialTarget = z.strictObject({ ...called, arn: z.string(), ref: z.string(), ...place }).partial();
export type PartialTarget = z.infer<typeof PartialTarget>;

/**
 * How a target is configured, and which one of its name it is: its tool's fields that must not change between the dry run
 * and the change. A list whose order means nothing is sorted.
 */
export const Configuration = z.record(
  z.string(),
  z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string())]),
);
export type Configuration = z.infer<typeof Configuration>;

/** One line of the diff that the approver reads. */
export const DiffLine = z.strictObject({ field: z.string(), before: Json, after: Json });
export type DiffLine = z.infer<typeof DiffLine>;

/** One check of the dry run. `refused` rejects the proposal; `unknown` is shown in the report. */
export const DryRunCheck = z.strictObject({
  name: z.string(),
  /** `warning`: what was found is known, and somebody should mind it. Earlier versions called that `unknown` too. */
  outcome: z.enum(['passed', 'refused', 'unknown', 'warning']),
  detail: z.string(),
});
export type DryRunCheck = z.infer<typeof DryRunCheck>;

/** What would happen, for the model and the approver. */
export const DryRunReport = z.strictObject({
  checks: z.array(DryRunCheck),
  diff: z.array(DiffLine),
  /** US cents per 730-hour month at list price; null when no price was found, with the reason. */
  cost: z.strictObject({
    deltaCentsPerMonth: z.int().nullable(),
    /** What other requests of containers are worth in US cents a month. The bill changes by it only once nodes come or go. */
    requestsDeltaCentsPerMonth: z.int().exactOptional(),
    says: z.string(),
  }),
  disruption: z.strictObject({ level: z.enum(['none', 'brief', 'interrupts']), says: z.string() }),
  rollback: z.strictObject({ reversible: z.boolean(), says: z.string() }),
});
export type DryRunReport = z.infer<typeof DryRunReport>;

/** How long the verification of a change waits for its alarm. */
const Verification = z.strictObject({
  /** Seconds after the change until its outcome is decided, healed or not. */
  waitSeconds: z.int(),
  /** Seconds that the alarm needs to go back to OK after a change that helps; null when nobody knows. */
  alarmNeedsSeconds: z.int().nullable(),
  /** False if the alarm cannot be back before the wait is over: that it is still on then proves nothing. */
  inTime: z.boolean(),
  /** Seconds after the change until it counts as healed at the earliest: until then somebody else may write the old values back. */
  lookAgainSeconds: z.int().optional(),
});

/** How a change is undone: the same tool with another input, or the reason why it cannot be. */
export const Inverse = z.discriminatedUnion('reversible', [
  z.strictObject({ reversible: z.literal(true), input: JsonObject, says: z.string() }),
  z.strictObject({ reversible: z.literal(false), says: z.string() }),
]);
export type Inverse = z.infer<typeof Inverse>;

/**
 * Everything that an approval covers. Its SHA-256 over canonical JSON is the plan digest; any edit,
 * down to one tag of the target, is another plan.
 */
export const Plan = z.strictObject({
  incidentId: z.string(),
  agent: z.string(),
  tool: z.string(),
  /** What the tool does, as its manifest had it. Absent: none, or a plan of an earlier version. */
  heading: Heading.optional(),
  input: JsonObject,
  target: Target,
  before: Json,
  after: Json,
  inverse: Inverse,
  facts: Facts,
  report: DryRunReport,
  /** Absent without an alarm, and in plans of earlier versions: verification waits as long as the agent says. */
  verification: Verification.optional(),
  /** The target's configuration at dry run. Plans of earlier versions do not have it, and are refused as drift. */
  configuration: Configuration.optional(),
  /** SHA-256 over target, state and configuration at dry run; apply refuses when it changed (drift). */
  fingerprint: z.string(),
  /** SHA-256 over policies, schema and agents in force when the plan was made. */
  rulesHash: z.string(),
});
export type Plan = z.infer<typeof Plan>;

export const PlanDigest = z.string().regex(/^sha256:[0-9a-f]{64}$/);
