import * as z from 'zod';

/** What a field with a service expects. */
export const A_SERVICE = 'an AWS service that a tool can call';

/** A service as tools name it. Which ones there are follows from the tools that a world is for. */
export const ServiceName = z.string({ error: A_SERVICE });

/** `service:Command`, or `service:*` for every command of a service. */
export const CommandPattern = z
  .string()
  .regex(/^[a-z0-9-]+:(\*|[A-Z][A-Za-z0-9]+)$/, 'service:Command, such as ec2:StopInstances or ec2:*')
  .describe('service:Command, e.g. ec2:StopInstances; ec2:* for every command of a service.');
