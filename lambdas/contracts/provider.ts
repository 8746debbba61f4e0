import { ToolRefusal } from './errors.ts';
import type { Target } from './plan.ts';
import type { CloudRequest } from './ports.ts';

/** Kinds of groups of targets that policies know, as `resource in Checkrein::Account::"123456789012"`. */
type ParentType = 'Account' | 'Cluster' | 'Namespace';

/** A group that a target is in. */
export interface TargetParent {
  readonly type: ParentType;
  readonly id: string;
}

/** What tools stand on: AWS, or another platform. All of it is pure; access and credentials are ports. */
export interface Provider {
  /** `aws`, or what the refs of its targets begin with, before `://`; refs of `kubernetes` begin with `k8s`. */
  readonly name: string;
  /** Whether a text names exactly one target. A wildcard does not. */
  readonly isRef: (text: string) => boolean;
  /** The groups that a target is in, the outermost first. Each is in the one before it. */
  readonly parentsOf: (target: Target) => readonly TargetParent[];
  /** Whether a call that mutates is only a dry run. Of anything else `false`: it is then not sent in a dry run. */
  readonly isDryRun: (request: CloudRequest) => boolean;
  /** What the model can do about an error of a call; undefined where the provider's own message has to do. */
  readonly adviceOn?: (code: string, message: string) => string | undefined;
}

/** The provider of this name. Throws a `ToolRefusal` if it is not installed. */
export const providerNamed = (providers: readonly Provider[], name: string): Provider => {
  const found = providers.find((provider) => provider.name === name);
  if (found === undefined) throw notInstalled(name, providers);
  return found;
};

/** The refusal of a call of a provider that is not installed. */
export const notInstalled = (name: string, installed: readonly Pick<Provider, 'name'>[]): ToolRefusal =>
  new ToolRefusal(
    `The provider ${JSON.stringify(name)} of this tool is not installed; installed: ${installed.map((one) => one.name).join(', ') || 'none'}.`,
  );
