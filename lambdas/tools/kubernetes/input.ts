import * as z from 'zod';

/** Where a tool on Kubernetes looks. The kernel compares both with what the agent is granted. */
export const inNamespace = {
  cluster: z.string().min(1).max(100).describe('Name of the cluster, as it is granted to you.'),
  namespace: z.string().min(1).max(63).describe('Name of the namespace, as it is granted to you.'),
};

/** The name of one object. */
export const objectName = z
  .string()
  .regex(
    /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/,
    'the name of one object: lower-case letters, digits, dashes and dots',
  )
  // No request could be made of any other: what cannot be sent is a fault of the harness, and this is one of the input.
  .refine(
    (name) => !/\.[.-]|-\./.test(name),
    'the name of one object: each part between dots begins and ends with a letter or digit',
  );

/** Kinds of workloads, as the API has them. */
export const workloadKind = z.enum(['deployments', 'statefulsets', 'daemonsets']);

/** What a kind of workload is called. */
export const KINDS = {
  deployments: 'Deployment',
  statefulsets: 'StatefulSet',
  daemonsets: 'DaemonSet',
} as const satisfies Record<z.output<typeof workloadKind>, string>;
