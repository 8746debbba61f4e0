import { capacityFacts } from '../kubernetes/changes/capacity.ts';
import { qosOf } from '../kubernetes/qos.ts';
import { peakUsePercentAfter } from './peak-use.ts';
import type { Pods } from './pods.ts';

/** The facts about the amounts of one container. */
export const amountFacts = ({ before, after, unit }: Pods) => {
  const capacity = capacityFacts([unit]);
  return {
    ...capacity,
    peakUsePercentAfter: peakUsePercentAfter(capacity.cutPercent > 0),
    qosChanges: qosOf(before.all) !== qosOf(after.all),
  };
};
