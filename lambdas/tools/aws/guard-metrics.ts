import type { Target } from '../../contracts/plan.ts';

/** A metric that must not go above 0 after a change, whatever the alarm says. */
export interface GuardMetric {
  readonly name: string;
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: (target: Target) => { Name: string; Value: string }[];
}

/** The guard metrics of each kind of target. */
export const GUARD_METRICS: Readonly<Record<string, readonly GuardMetric[]>> = {
  'ec2-instance': [
    {
      name: 'status checks',
      namespace: 'AWS/EC2',
      metric: 'StatusCheckFailed',
      dimensions: (target) => [{ Name: 'InstanceId', Value: target.id }],
    },
  ],
};
