import { counted, resourcesText } from '../kubernetes/text.ts';
import { templateOf, type Container } from '../kubernetes/template.ts';
import type { Workload } from '../kubernetes/workload.ts';

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

const probeText = (kind: string, probe: NonNullable<Container['livenessProbe']>): string => {
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
