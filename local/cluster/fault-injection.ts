import type { Json } from '../../lambdas/contracts/json.ts';
import type { CloudRequest } from '../../lambdas/contracts/ports.ts';
import { isBoundProof } from '../../lambdas/providers/kubernetes/admission/proves-bound.ts';
import { isObject, isSame, listIn, valueAt } from './objects/json.ts';
import { StatusRefusal } from './objects/refusal.ts';
import { drift } from './other-writers.ts';
import type { ClusterState } from './state.ts';
import type { ClusterFault, ClusterMatch } from './world/faults.ts';

/** What happens to one request. */
export interface ClusterInjected {
  readonly delaySeconds: number;
  readonly refusal: StatusRefusal | undefined;
  /** What does not arrive: the answer to a request that was made, or the request itself. */
  readonly lost: 'answer' | 'request' | undefined;
}

/** The faults of a cluster, and how often each has matched. */
export class ClusterFaults {
  readonly #faults: readonly ClusterFault[];
  readonly #matched = new Map<ClusterFault, number>();

  constructor(faults: readonly ClusterFault[]) {
    this.#faults = faults;
  }

  /** The faults of a request, which is counted. */
  of(request: CloudRequest): ClusterInjected {
    const matching = this.#faults.filter((fault) => {
      const { command } = fault;
      if (command === undefined || !matches({ ...fault, command }, request)) return false;
      return this.#count(fault) <= (fault.times ?? Infinity);
    });
    const error = matching.find((fault) => fault.error !== undefined)?.error;
    const isThrottled = matching.some(({ throttle }) => throttle === true);
    return {
      delaySeconds: matching.reduce((sum, { delaySeconds = 0 }) => sum + delaySeconds, 0),
      lost: lostOf(matching.map(({ lost }) => lost)),
      refusal: isThrottled
        ? new StatusRefusal(429, 'TooManyRequests', 'too many requests, please try again later', {
            retryAfterSeconds: 1,
          })
        : error && new StatusRefusal(error.status, error.reason, error.message),
    };
  }

  /** Makes the changes that somebody else makes just before or right after this request. */
  drift(when: 'before' | 'after', request: CloudRequest, state: ClusterState): void {
    for (const fault of this.#faults) {
      const trigger = fault[when];
      if (trigger === undefined || fault.set === undefined || !matches(trigger, request)) continue;
      if (this.#count(fault) === trigger.nth) drift(state, fault.set);
    }
  }

  #count(fault: ClusterFault): number {
    const count = (this.#matched.get(fault) ?? 0) + 1;
    this.#matched.set(fault, count);
    return count;
  }
}

const lostOf = (lost: readonly ClusterFault['lost'][]): ClusterInjected['lost'] => {
  if (lost.includes('request')) return 'request';
  return lost.includes(true) ? 'answer' : undefined;
};

const matches = ({ command, match, dryRun, proof }: ClusterMatch, request: CloudRequest): boolean => {
  if (command !== request.command || (proof === true) !== isBoundProof(request)) return false;
  if (dryRun !== undefined && dryRun !== isSame(valueAt(request.input, 'query', 'dryRun'), 'All')) return false;
  return match === undefined || contains(request.input, match);
};

/** Whether a value has every field of a part. A list must have a match for each item. */
const contains = (value: Json | undefined, part: Json): boolean => {
  if (Array.isArray(part))
    return Array.isArray(value) && part.every((item) => listIn(value).some((one) => contains(one, item)));
  if (!isObject(part)) return value === part;
  return isObject(value) && Object.entries(part).every(([key, item]) => contains(value[key], item));
};
