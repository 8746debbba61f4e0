import type * as z from 'zod';
import { ALWAYS_COMPUTED, KERNEL_FACTS, type CAPACITY_FACTS, type FactName } from './facts.ts';

/** The provider of a manifest that names none. */
export const AWS = 'aws';

/** One call that a tool may make of its provider. The cloud port refuses any call that the manifest does not list. */
export interface ProviderCall {
  /** A part of the provider, e.g. a service of AWS or an API group of Kubernetes. */
  readonly service: string;
  readonly command: string;
}

/** One AWS call. IAM follows from it: a step's role is the union of the actions of the tools that some agent is granted. */
export interface AwsCall extends ProviderCall {
  /** The prefix of its IAM actions, such as `ec2`. */
  readonly service: string;
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
  /** ARN patterns of what a changing call touches besides its target, with `${account}` and `${region}` as placeholders. */
  readonly touches?: readonly string[];
  /** The roles that the call may pass, as an ARN pattern, and the one service that may take them. */
  readonly passesRole?: { readonly arn: string; readonly service: string };
}

interface ManifestBase<Input extends z.ZodType> {
  /** Unique, snake_case: what the model calls. */
  readonly name: string;
  /** What the tool is for and when to use it, for the model and for the docs. */
  readonly description: string;
  /** Strict zod object: an unknown field is refused. Every field has a `.describe()` with its unit. */
  readonly input: Input;
}

interface OfAws {
  readonly provider?: typeof AWS;
  /** Calls that only read. Made by observe, authorize, dry-run, apply and verify. */
  readonly reads: readonly AwsCall[];
}

interface OfAnother {
  /** Name of the provider whose calls the tool makes. */
  readonly provider: string;
  readonly reads: readonly ProviderCall[];
}

interface ObserveManifestBase<Input extends z.ZodType> extends ManifestBase<Input> {
  readonly kind: 'observe';
  /** The input field with the name of the log group that it reads. The kernel refuses one that is not the agent's. */
  readonly logGroupField?: string;
  /** The input field with PromQL of the model's own. The kernel refuses it to an agent whose file does not grant it. */
  readonly promqlField?: string;
}

/** A tool that only reads. */
export type ObserveManifest<Input extends z.ZodType = z.ZodType> = ObserveManifestBase<Input> & (OfAws | OfAnother);

interface ChangesOfAws extends OfAws {
  /** ARN pattern of possible targets with `${account}` and `${region}` as placeholders: the most that the change role may touch. */
  readonly targetArn: string;
  /** Calls that mutate. Only the change role has them, and only under a session policy for one target. */
  readonly changes: readonly AwsCall[];
}

/** A call that changes something of another provider. */
interface OtherChangeCall extends ProviderCall {
  /** Of a patch in Kubernetes: the fields that it may change, e.g. `spec.replicas`. The cluster refuses any other. */
  readonly fields?: readonly string[];
}

interface ChangesOfAnother extends OfAnother {
  /** Pattern of the refs of possible targets, with `*`: the most that the provider's change credentials may touch. */
  readonly targetRef: string;
  /** Calls that mutate. Only the credentials for one change have them, and only on its target. */
  readonly changes: readonly OtherChangeCall[];
}

interface ChangeManifestBase<Input extends z.ZodType> extends ManifestBase<Input> {
  readonly kind: 'change';
  /** What it does, before the name of the target in headings: `Resize`, at most 30 letters. Without it, the words of the tool's name. */
  readonly heading?: string;
  /** What it changes; becomes the Cedar attribute `resource.kind`. */
  readonly targetKind: string;
  /** Whether repeating the change after an unknown outcome leads to the same state (absolute, not relative). */
  readonly repeatable: boolean;
  /** Seconds after the change until its effect can be measured. */
  readonly stabilizeSeconds: number;
  /** Its targets are nodes of a cluster, in no namespace. The kernel refuses it to an agent whose file does not grant them. */
  readonly onNodes?: true;
  /** The input fields with a ConfigMap and one of its keys. The kernel refuses a key that the agent's file does not name. */
  readonly configMapKeyFields?: { readonly name: string; readonly key: string };
}

/**
 * Facts that a tool computes; a declared fact that is missing at run time is a refusal. Those about capacity come first,
 * unless the tool takes none away: what nobody measures, no bound on cuts can stop.
 */
type Capacity =
  | { readonly capacity?: undefined; readonly facts: readonly [...typeof CAPACITY_FACTS, ...FactName[]] }
  | { readonly capacity: 'none'; readonly facts: readonly Exclude<FactName, (typeof CAPACITY_FACTS)[number]>[] };

/** A tool that mutates. The manifest says so, the model never does. */
export type ChangeManifest<Input extends z.ZodType = z.ZodType> = ChangeManifestBase<Input> &
  Capacity &
  (ChangesOfAws | ChangesOfAnother);

export type Manifest = ObserveManifest | ChangeManifest;

/** Manifests of tools on AWS: roles and permissions follow from these. */
type AwsObserveManifest = ObserveManifestBase<z.ZodType> & OfAws;
export type AwsChangeManifest = ChangeManifestBase<z.ZodType> & Capacity & ChangesOfAws;
export type AwsManifest = AwsObserveManifest | AwsChangeManifest;

/** The provider of a tool. */
export const providerOf = ({ provider = AWS }: { readonly provider?: string | undefined }): string => provider;

/** Every call that a tool may make. */
export const callsOf = (manifest: Manifest): readonly ProviderCall[] => [
  ...manifest.reads,
  ...(manifest.kind === 'change' ? manifest.changes : []),
];

/** Whether a call is one of AWS, with what IAM needs. */
export const isAwsCall = (call: ProviderCall): call is AwsCall => 'scope' in call;

const isOfAws = (tool: Manifest): tool is AwsManifest =>
  providerOf(tool) === AWS &&
  tool.reads.every(isAwsCall) &&
  (tool.kind === 'observe' || ('targetArn' in tool && tool.changes.every(isAwsCall)));

/** The tools among these that stand on AWS. */
export const ofAws = (tools: readonly Manifest[]): readonly AwsManifest[] => tools.filter(isOfAws);

/** Every fact that policies may read about a change of this tool, besides those of the report. */
export const factsOf = ({ facts, capacity }: ChangeManifest): readonly FactName[] => [
  ...(capacity === 'none' ? ALWAYS_COMPUTED : []),
  ...facts,
  ...KERNEL_FACTS,
];

/** The IAM action of a call, and what a call of another provider is called. */
export const actionOf = (call: ProviderCall & { readonly action?: string }): string =>
  call.action ?? `${call.service}:${call.command}`;
