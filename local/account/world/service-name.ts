import * as z from 'zod';
import { APPLY_READS } from '../../../lambdas/contracts/step-reads.ts';
import { isAwsCall } from '../../../lambdas/contracts/tool.ts';
import { didYouMean } from '../../../lambdas/kernel/policy/rules/did-you-mean.ts';
import { CATALOGUE } from '../../../lambdas/tools/catalogue.ts';

/** The AWS services that some tool, or a step itself, may call. */
const SERVICES: readonly string[] = [
  ...new Set(
    [
      ...APPLY_READS,
      ...CATALOGUE.manifests.flatMap((tool) => [...tool.reads, ...(tool.kind === 'change' ? tool.changes : [])]),
    ]
      .filter(isAwsCall)
      .map(({ service }) => service),
  ),
];

const expected = (given: string): string => `an AWS service that a tool can call${didYouMean(given, SERVICES)}`;

/** A service as tools name it. */
export const ServiceName = z.string({ error: () => expected('') }).superRefine((given, context) => {
  if (!SERVICES.includes(given)) context.addIssue({ code: 'custom', message: expected(given) });
});

/** `service:Command`, or `service:*` for every command of a service. */
export const CommandPattern = z
  .string()
  .regex(/^[a-z0-9-]+:(\*|[A-Z][A-Za-z0-9]+)$/, 'service:Command, such as ec2:StopInstances or ec2:*')
  .superRefine((pattern, context) => {
    const [service = ''] = pattern.split(':');
    if (SERVICES.includes(service)) return;
    context.addIssue({ code: 'custom', message: `a command of ${expected(service)}` });
  })
  .describe('service:Command, e.g. ec2:StopInstances; ec2:* for every command of a service.');
