import { capacityFacts } from '../kubernetes/changes/capacity.ts';
import { qosOf } from '../kubernetes/qos.ts';
import { judgedUnits, type Pods } from './pods.ts';

/** The facts about the amounts of one container. Where its memory request is cut, the floor is asked about that. */
export const amountFacts = (pods: Pods) => {
  const own = capacityFacts([pods.unit]);
  const request = capacityFacts(judgedUnits(pods).slice(1));
  return {
    ...own,
    memoryMiBAfter: request.memoryCutPercent > 0 ? request.memoryMiBAfter : own.memoryMiBAfter,
    qosChanges: qosOf(pods.before.all) !== qosOf(pods.after.all),
  };
};
