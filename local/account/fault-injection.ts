import type { Json, JsonObject } from '../../lambdas/contracts/json.ts';
import type { CloudError } from '../../lambdas/contracts/errors.ts';
import type { CloudRequest } from '../../lambdas/contracts/ports.ts';
import { awsError } from './aws-error.ts';
import type { State } from './state.ts';
import type { CallMatch, Drift, Fault } from './world/faults.ts';

/** The faults of one attempt at a call. */
export interface InjectedFault {
  readonly delaySeconds: number;
  readonly throttled: boolean;
  readonly error: CloudError | undefined;
  /** How long the instance takes to stop or to start; undefined: as long as usual. */
  readonly takesSeconds: number | undefined;
}

/** The faults of a world, and how often each has matched. */
export class FaultInjection {
  readonly #faults: readonly Fault[];
  readonly #matched = new Map<Fault, number>();

  constructor(faults: readonly Fault[]) {
    this.#faults = faults;
  }

  /** The faults of this attempt, which is counted. */
  faultsFor(request: CloudRequest): InjectedFault {
    const matching = this.#faults.filter((fault) => {
      const { command } = fault;
      if (command === undefined || !matches({ ...fault, command }, request)) return false;
      return this.#count(fault) <= (fault.times ?? Infinity);
    });
    const error = matching.find((fault) => fault.error !== undefined)?.error;
    return {
      delaySeconds: matching.reduce((sum, fault) => sum + (fault.delaySeconds ?? 0), 0),
      throttled: matching.some((fault) => fault.throttle === true),
      takesSeconds: matching.find((fault) => fault.takesSeconds !== undefined)?.takesSeconds,
      error: error === undefined ? undefined : awsError(request, error.code, error.message),
    };
  }

  /** Applies changes that somebody else makes just before or right after this call. */
  drift(when: 'before' | 'after', request: CloudRequest, state: State): void {
    for (const fault of this.#faults) {
      const trigger = fault[when];
      if (trigger === undefined || fault.set === undefined || !matches(trigger, request)) continue;
      if (this.#count(fault) === trigger.nth) applyDrift(fault.set, state);
    }
  }

  #count(fault: Fault): number {
    const count = (this.#matched.get(fault) ?? 0) + 1;
    this.#matched.set(fault, count);
    return count;
  }
}

const matches = (pattern: CallMatch, request: CloudRequest): boolean => {
  const [service, name] = pattern.command.split(':');
  if (service !== request.service || (name !== '*' && name !== request.command)) return false;
  if (pattern.dryRun !== undefined && pattern.dryRun !== (request.input['DryRun'] === true)) return false;
  return pattern.match === undefined || contains(request.input, pattern.match);
};

/** Whether a value contains every field of the pattern. A list must contain a match for each item. */
const contains = (value: Json | undefined, part: Json): boolean => {
  if (part === null || typeof part !== 'object') return value === part;
  if (Array.isArray(part))
    return Array.isArray(value) && part.every((item) => value.some((one) => contains(one, item)));
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return false;
  const object: JsonObject = value;
  return Object.entries(part).every(([key, item]) => contains(object[key], item));
};

/** Makes a change that somebody else makes. */
export const applyDrift = (set: Drift, state: State): void => {
  const now = state.now();
  const instance = state.fleet.instances.get(set.instance ?? '');
  if (instance !== undefined) {
    if (set.type !== undefined) state.fleet.retype(instance, now, set.type);
    if (set.state !== undefined) state.fleet.transition(instance, now, set.state, 0, set.state);
    for (const [key, value] of Object.entries(set.tags ?? {})) instance.tags.set(key, value);
    Object.assign(instance.fields, set.fields);
  }
  const group = state.groups.groups.get(set.group ?? '');
  if (group !== undefined) {
    Object.assign(group.tags, set.tags);
    Object.assign(group.fields, set.fields);
    group.min = set.min ?? group.min;
    group.max = set.max ?? group.max;
    if (set.desired !== undefined)
      state.groups.scale(group, set.desired, now, 'a user request explicitly set group desired capacity');
  }
};
