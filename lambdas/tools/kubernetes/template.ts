import * as z from 'zod';
import { listOf, Resources } from './objects.ts';
import type { Workload } from './workload.ts';

const Named = z.object({ name: z.string() });
const Source = z.object({ name: z.string().default('unknown') }).optional();

/** The query of a path may be a token. */
const withoutQuery = (path: string): string => path.replace(/\?.*$/s, '?…');

const Probe = z
  .object({
    httpGet: z
      .object({ path: z.string().default('/').transform(withoutQuery), port: z.union([z.string(), z.int()]) })
      .optional(),
    tcpSocket: z.object({ port: z.union([z.string(), z.int()]) }).optional(),
    grpc: z.object({ port: z.int() }).optional(),
    initialDelaySeconds: z.int().default(0),
    periodSeconds: z.int().default(10),
    timeoutSeconds: z.int().default(1),
    failureThreshold: z.int().default(3),
  })
  .optional();

const Container = z.object({
  name: z.string(),
  image: z.string().default(''),
  // `Always` makes a sidecar of an init container.
  restartPolicy: z.string().optional(),
  command: listOf(z.string()),
  args: listOf(z.string()),
  // Of a variable only the name is read: its value may be a secret.
  env: listOf(Named),
  envFrom: listOf(z.object({ configMapRef: Source, secretRef: Source })),
  resources: Resources,
  livenessProbe: Probe,
  readinessProbe: Probe,
  startupProbe: Probe,
});
/** A container of a template. */
export type Container = z.output<typeof Container>;

const Template = z.object({
  metadata: z
    .object({
      labels: z.record(z.string(), z.string()).default({}),
      annotations: z.record(z.string(), z.string()).nullish(),
    })
    .nullish()
    .transform((metadata) => metadata ?? { labels: {}, annotations: undefined }),
  spec: z.object({
    containers: z.array(Container),
    initContainers: listOf(Container),
    terminationGracePeriodSeconds: z.int().default(30),
    // Of the whole pod.
    resources: Resources,
  }),
});
/** A Pod template. */
export type Template = z.output<typeof Template>;

/** The Pod template of a workload, without values that may be secrets. */
export const templateOf = ({ spec }: { readonly spec: Pick<Workload['spec'], 'template'> }): Template =>
  Template.parse(spec.template);
