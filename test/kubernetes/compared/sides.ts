import { CLUSTER_GROUPS } from '../../../lambdas/contracts/clusters.ts';
import { CheckreinError, CloudError } from '../../../lambdas/contracts/errors.ts';
import type { Json } from '../../../lambdas/contracts/json.ts';
import type { Cloud, CloudRequest } from '../../../lambdas/contracts/ports.ts';
import type { ProviderCall } from '../../../lambdas/contracts/tool.ts';
import { USAGE } from '../../../lambdas/contracts/usage.ts';
import type { SimulatedCluster } from '../../../local/cluster/cluster.ts';
import { listIn, objectIn, textIn, valueAt } from '../../../local/cluster/objects/json.ts';
import type { ApiServer } from '../api-server.ts';
import { GROUP, PREFIX } from '../cluster.ts';
import { jsonOf } from './json.ts';
import { noting, unread, type ReadFields } from './read-fields.ts';

/** A request, and what came of it. */
export interface Exchange {
  readonly request: Json;
  readonly answer?: unknown;
  readonly read: ReadFields;
  readonly error?: Json;
}

/** Whoever writes: a session of the change role. */
interface Writer {
  readonly mode: string;
  readonly operation: string;
  readonly uid: string;
  /** What RBAC grants it. */
  readonly rights: 'of the tools' | 'everything';
}

/** One of the two clusters. */
export interface Side {
  readonly name: 'simulator' | 'server';
  /** Somebody who reads, with the rights of the tools. */
  readonly reader: Cloud;
  readonly admin: Cloud;
  writer(writer: Writer): Cloud;
}

/** What RBAC grants on the simulated cluster. */
interface Rights {
  readonly reads: readonly ProviderCall[];
  readonly changes: readonly ProviderCall[];
  readonly configMaps: readonly string[];
}

const READER = 'arn:aws:sts::123456789012:assumed-role/observe/inc-1';

/** The simulated cluster, for the same users as the server. */
export const simulatorSide = (cluster: SimulatedCluster, { reads, changes, configMaps }: Rights): Side => ({
  name: 'simulator',
  reader: cluster.cloud({ step: 'observe', principal: READER, calls: reads, configMaps: () => configMaps }),
  admin: cluster.cloud({ step: 'observe', principal: 'admin', calls: 'any' }),
  writer: ({ mode, operation, uid, rights }) =>
    cluster.cloud({
      step: 'apply',
      principal: `${PREFIX}${mode}-${operation}-${uid}`,
      calls: rights === 'everything' ? 'any' : changes,
      configMaps: () => configMaps,
      changes: true,
    }),
});

/**
 * The real API server. Usage over time is no API of it, so the simulator answers for both. Of its nodes, those of other checks are
 * left out.
 */
export const serverSide = (server: ApiServer, simulator: Side, nodes: readonly string[]): Side => {
  const reader = server.as({ username: READER, groups: [CLUSTER_GROUPS.read] });
  const send: Cloud['send'] = async (request) => {
    const answer = await (request.service === USAGE ? simulator.reader : reader).send(request);
    return request.command === 'list nodes' ? listing(answer, nodes) : answer;
  };
  return {
    name: 'server',
    reader: { ...reader, send },
    admin: server.admin,
    writer: ({ mode, operation, uid, rights }) =>
      server.as({
        username: `${PREFIX}${mode}-${operation}-${uid}`,
        groups: rights === 'everything' ? [GROUP, 'system:masters'] : [GROUP],
      }),
  };
};

/** A list with the objects of these names alone. */
const listing = (answer: unknown, names: readonly string[]): Json => {
  const list = objectIn(jsonOf(answer));
  const items = listIn(list['items']).filter((one) => names.includes(textIn(valueAt(one, 'metadata', 'name')) ?? ''));
  return { ...list, items };
};

/** A side whose exchanges are noted in a list, with what is read of each answer. */
export const recorded = (side: Side, exchanges: Exchange[]): Side => {
  const noted = (cloud: Cloud): Cloud => ({ ...cloud, send: (sent) => exchange(cloud, sent, exchanges) });
  return {
    ...side,
    reader: noted(side.reader),
    admin: noted(side.admin),
    writer: (writer) => noted(side.writer(writer)),
  };
};

const exchange = async (cloud: Cloud, sent: CloudRequest, exchanges: Exchange[]): Promise<unknown> => {
  const { service, command } = sent;
  // What was read of an answer may be in it.
  const input = objectIn(jsonOf(sent.input));
  const request = { service, command, input };
  const read = unread();
  // In the order of the requests: of some that are sent together, either server may answer any first.
  const at = exchanges.push({ request, read }) - 1;
  try {
    const answer = await cloud.send(request);
    exchanges[at] = { request, answer, read };
    return noting(answer, read);
  } catch (error) {
    exchanges[at] = { request, read, error: errorOf(error) };
    throw error;
  }
};

/** What tools can read of an error. */
export const errorOf = (error: unknown): Json => {
  if (!(error instanceof CheckreinError)) throw error;
  // The name of our errors is their code.
  if (!(error instanceof CloudError)) return { code: error.name, message: error.message };
  return { code: error.name, message: error.awsMessage, details: jsonOf(error.details) };
};
