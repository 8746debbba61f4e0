import * as z from 'zod';
import type { ObserveManifest } from '../../contracts/tool.ts';
import { PEAK_READS } from '../kubernetes/changes/measured-peak.ts';
import { inNamespace } from '../kubernetes/input.ts';
import { PRICE_READS } from '../kubernetes/request-prices.ts';

export const manifest = {
  kind: 'observe',
  provider: 'kubernetes',
  name: 'rank_overrequested',
  description:
    'Workloads of a namespace that ask for more CPU or memory than they need, the greatest saving first: requests against the measured ' +
    'peak of 14 days, the next cut that the rules allow (at most 30 %, with 30 % headroom above the peak), and what it is worth in dollars of ' +
    'requests a month. Says who else rules a workload (autoscaler, Helm, GitOps) and of which no peak is known.',
  input: z.strictObject({
    ...inNamespace,
    floorDollars: z
      .number()
      .min(0)
      .max(100_000)
      .default(10)
      .describe(
        'Leave out workloads whose next cut is worth less than this a month. Without a price, nothing is left out.',
      ),
  }),
  reads: [
    { service: 'apps/v1', command: 'list deployments' },
    { service: 'apps/v1', command: 'list statefulsets' },
    { service: 'apps/v1', command: 'list daemonsets' },
    { service: 'autoscaling/v2', command: 'list horizontalpodautoscalers' },
    ...PEAK_READS,
    ...PRICE_READS,
  ],
} satisfies ObserveManifest;
