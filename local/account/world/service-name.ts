import * as z from 'zod';
import { SERVICES } from '../../../lambdas/contracts/tool.ts';
import { didYouMean } from '../../../lambdas/kernel/policy/rules/did-you-mean.ts';

const expected = (given: unknown): string =>
  `an AWS service that a tool can call${didYouMean(String(given), SERVICES)}`;

/** A service as tools name it. */
export const ServiceName = z.enum(SERVICES, { error: ({ input }) => expected(input) });

/** `service:Command`, or `service:*` for every command of a service. */
export const CommandPattern = z
  .string()
  .regex(/^[a-z0-9-]+:(\*|[A-Z][A-Za-z0-9]+)$/, 'service:Command, such as ec2:StopInstances or ec2:*')
  .superRefine((pattern, context) => {
    const [service = ''] = pattern.split(':');
    if (ServiceName.safeParse(service).success) return;
    context.addIssue({ code: 'custom', message: `a command of ${expected(service)}` });
  })
  .describe('service:Command, e.g. ec2:StopInstances; ec2:* for every command of a service.');
