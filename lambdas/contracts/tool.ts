import type * as z from 'zod';
import { ALWAYS_COMPUTED, KERNEL_FACTS, type CAPACITY_FACTS, type FactName } from './facts.ts';

/** An AWS service as the cloud port names it: the prefix of its IAM actions. */
export const SERVICES = ['ec2', 'autoscaling', 'cloudwatch', 'logs', 'cloudtrail', 'pricing'] as const;
export type Service = (typeof SERVICES)[number];

/**
 * One AWS call that a tool may make. IAM follows from it: a step's role is the union of the actions
 * of the tools that some agent is granted, and the cloud port refuses any call that is not listed.
 */
export interface AwsCall {
  readonly service: Service;
  /** The SDK's command without the suffix `Command`, e.g. `DescribeInstances`. */
  readonly command: string;
  /** The IAM action, where it is not `service:command`, e.g. `cloudwatch:GetMetricData`. */
  readonly action?: string;
  /**
   * `target`: IAM can be narrowed to the target's ARN. `log-group`: to the log groups of the agents. `any`: the action
   * has no resource-level permissions.
   */
  readonly scope: 'target' | 'log-group' | 'any';
  /**
   * Actions that AWS performs on the caller's behalf during the call, e.g. `kms:CreateGrant` to start
   * an instance whose volumes are encrypted. Granted only for use through an AWS service.
   */
  readonly onBehalf?: readonly 'kms:CreateGrant'[];
}

interface ManifestBase<Input extends z.ZodType> {
  /** Unique, snake_case: what the model calls. */
  readonly name: string;
  /** What the tool is for and when to use it, for the model and for the docs. */
  readonly description: string;
  /** Strict zod object: an unknown field is refused. Every field has a `.describe()` with its unit. */
  readonly input: Input;
  /** Calls that only read. Made by observe, authorize, dry-run, apply and verify. */
  readonly reads: readonly AwsCall[];
}

/** A tool that only reads. */
export interface ObserveManifest<Input extends z.ZodType = z.ZodType> extends ManifestBase<Input> {
  readonly kind: 'observe';
  /** The input field with the name of the log group that it reads. The kernel refuses one that is not the agent's. */
  readonly logGroupField?: string;
}

interface ChangeManifestBase<Input extends z.ZodType> extends ManifestBase<Input> {
  readonly kind: 'change';
  /** What it does, before the name of the target in headings: `Resize`. Without it, the words of the tool's name. */
  readonly heading?: string;
  /** What it changes; becomes the Cedar attribute `resource.kind`. */
  readonly targetKind: string;
  /** ARN pattern of possible targets with `${account}` and `${region}` as placeholders: the most that the change role may touch. */
  readonly targetArn: string;
  /** Calls that mutate. Only the change role has them, and only under a session policy for one target. */
  readonly changes: readonly AwsCall[];
  /** Whether repeating the change after an unknown outcome leads to the same state (absolute, not relative). */
  readonly repeatable: boolean;
  /** Seconds after the change until its effect can be measured. */
  readonly stabilizeSeconds: number;
}

/**
 * Facts that a tool computes; a declared fact that is missing at run time is a refusal. Those about capacity come first,
 * unless the tool takes none away: what nobody measures, no bound on cuts can stop.
 */
type Capacity =
  | { readonly capacity?: undefined; readonly facts: readonly [...typeof CAPACITY_FACTS, ...FactName[]] }
  | { readonly capacity: 'none'; readonly facts: readonly Exclude<FactName, (typeof CAPACITY_FACTS)[number]>[] };

/** A tool that mutates. The manifest says so, the model never does. */
export type ChangeManifest<Input extends z.ZodType = z.ZodType> = ChangeManifestBase<Input> & Capacity;

export type Manifest = ObserveManifest | ChangeManifest;

/** Every fact that policies may read about a change of this tool, besides those of the report. */
export const factsOf = ({ facts, capacity }: ChangeManifest): readonly FactName[] => [
  ...(capacity === 'none' ? ALWAYS_COMPUTED : []),
  ...facts,
  ...KERNEL_FACTS,
];

/** The IAM action of a call. */
export const actionOf = (call: AwsCall): string => call.action ?? `${call.service}:${call.command}`;
