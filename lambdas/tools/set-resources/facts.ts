import { capacityFacts } from '../kubernetes/changes/capacity.ts';
import { qosOf } from '../kubernetes/qos.ts';
import type { Pods } from './pods.ts';

/** The facts about the amounts of one container. */
export const amountFacts = ({ before, after, unit }: Pods) => ({
  ...capacityFacts([unit]),
  qosChanges: qosOf(before.all) !== qosOf(after.all),
});
