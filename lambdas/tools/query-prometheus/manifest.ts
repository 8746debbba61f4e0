import * as z from 'zod';
import type { ObserveManifest } from '../../contracts/tool.ts';
import { PROMQL_READ } from '../../contracts/usage.ts';
import { inNamespace } from '../kubernetes/input.ts';

export const manifest = {
  kind: 'observe',
  provider: 'kubernetes',
  name: 'query_prometheus',
  description:
    'PromQL of your own, sent to the Prometheus of a cluster over a range up to now: for each series the lowest, median and highest ' +
    'value with its time, and the newest. It is not narrowed to a namespace, so narrow it yourself. For the memory and CPU of a ' +
    'workload, query_usage is better: it knows pods, requests and gaps.',
  input: z.strictObject({
    ...inNamespace,
    promql: z
      .string()
      .min(1)
      .max(2000)
      .describe('The query. Aggregate in it: at most 100 series are read and 20 are shown.'),
    minutes: z.int().min(5).max(20_160).default(180).describe('How far to look back, in minutes (20160 = 14 days).'),
    stepSeconds: z
      .int()
      .min(15)
      .max(86_400)
      .default(60)
      .describe('Distance of the points, in seconds: at most 11000 of them.'),
  }),
  promqlField: 'promql',
  reads: [PROMQL_READ],
} satisfies ObserveManifest;
