import * as z from 'zod';
import { listOf, Resources } from '../kubernetes/objects.ts';
import { counted, resourcesText } from '../kubernetes/text.ts';
import type { Workload } from '../kubernetes/workload.ts';

const Named = z.object({ name: z.string() });
const Source = z.object({ name: z.string().default('unknown') }).optional();

const Probe = z
  .object({
    httpGet: z.object({ path: z.string().default('/'), port: z.union([z.string(), z.int()]) }).optional(),
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
type Container = z.output<typeof Container>;

const Template = z.object({
  metadata: z
    .object({ labels: z.record(z.string(), z.string()).default({}) })
    .nullish()
    .transform((metadata) => metadata ?? { labels: {} }),
  spec: z.object({
    containers: z.array(Container),
    initContainers: listOf(Container),
    terminationGracePeriodSeconds: z.int().default(30),
  }),
});

/** The Pod template of a workload, as far as it is shown. */
export const templateOf = ({ spec }: Workload): z.output<typeof Template> => Template.parse(spec.template);

/** The containers of the template. */
export const templateLines = (workload: Workload): string[] => {
  const { spec } = templateOf(workload);
  return [
    `Template, with a grace period of ${spec.terminationGracePeriodSeconds} s:`,
    ...spec.initContainers.flatMap((one) => containerLines('init container', one)),
    ...spec.containers.flatMap((one) => containerLines('container', one)),
  ];
};

const containerLines = (what: string, container: Container): string[] => {
  const { name, image, resources, livenessProbe, readinessProbe, startupProbe } = container;
  const probes = [
    ['liveness', livenessProbe],
    ['readiness', readinessProbe],
    ['startup', startupProbe],
  ] as const;
  return [
    `- ${what} ${name}: ${resourcesText(resources)}; image ${image}`,
    `    probes: ${probes.flatMap(([kind, probe]) => (probe === undefined ? [] : [probeText(kind, probe)])).join('; ') || 'none'}`,
    ...settingsLine(container),
  ];
};

const probeText = (kind: string, probe: NonNullable<z.output<typeof Probe>>): string => {
  const { httpGet, tcpSocket, grpc, initialDelaySeconds, periodSeconds, timeoutSeconds, failureThreshold } = probe;
  const how =
    (httpGet && `HTTP ${httpGet.path} on port ${httpGet.port}`) ??
    (tcpSocket && `TCP port ${tcpSocket.port}`) ??
    (grpc && `gRPC port ${grpc.port}`) ??
    'a command';
  return `${kind} by ${how}, after ${initialDelaySeconds} s, every ${periodSeconds} s, times out after ${timeoutSeconds} s, fails after ${failureThreshold}`;
};

const settingsLine = ({ command, args, env, envFrom }: Container): string[] => {
  const sources = envFrom.flatMap(({ configMapRef, secretRef }) => [
    ...(configMapRef === undefined ? [] : [`all of ConfigMap ${configMapRef.name}`]),
    ...(secretRef === undefined ? [] : [`all of Secret ${secretRef.name}`]),
  ]);
  const variables = [...env.map(({ name }) => name), ...sources];
  const own = [
    ...(command.length === 0 ? [] : [`a command of ${counted(command.length, 'word')}`]),
    ...(args.length === 0 ? [] : [counted(args.length, 'argument')]),
  ];
  const parts = [
    ...(variables.length === 0 ? [] : [`variables ${variables.join(', ')}`]),
    ...(own.length === 0 ? [] : [own.join(' and ')]),
  ];
  return parts.length === 0 ? [] : [`    ${parts.join('; ')} (values not shown)`];
};
