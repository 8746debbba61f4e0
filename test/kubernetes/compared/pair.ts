import { join } from 'node:path';
import type { Json, JsonObject } from '../../../lambdas/contracts/json.ts';
import type { Clock } from '../../../lambdas/contracts/ports.ts';
import type { ProviderCall } from '../../../lambdas/contracts/tool.ts';
import { SimulatedClock } from '../../../local/account/clock.ts';
import { readWorld } from '../../fixtures/shipped-app.ts';
import { withTimes } from '../../../local/account/world/times-in-json.ts';
import { SimulatedCluster } from '../../../local/cluster/cluster.ts';
import { withDefaults } from '../../../local/cluster/objects/defaults.ts';
import { isObject, textIn } from '../../../local/cluster/objects/json.ts';
import { E2eFailure } from '../../e2e/failure.ts';
import type { ApiServer } from '../api-server.ts';
import { COMPARED } from '../cluster.ts';
import { SCOPE } from '../set-up.ts';
import { COMPARED_GRANT, COMPARED_NODES, COMPARED_TOOLS } from './set-up.ts';
import { allOf, differencesIn, type Difference } from './differences.ts';
import { jsonOf } from './json.ts';
import { Mirror } from './mirror.ts';
import { readByEither } from './read-fields.ts';
import { errorOf, recorded, serverSide, simulatorSide, type Exchange, type Side } from './sides.ts';

/** A difference, and in what it was found: `scale_workload, dry run: patch deployments: metadata.generation`. */
export interface FoundDifference extends Difference {
  readonly in: string;
}

/** A simulated cluster and a real API server with the same objects. */
export class Pair {
  readonly clock: Clock;
  readonly cluster: SimulatedCluster;
  readonly simulator: Side;
  readonly server: Side;
  readonly #clock: SimulatedClock;
  readonly #mirror: Mirror;
  readonly #manifests: readonly JsonObject[];
  readonly #origin: number;

  constructor(server: ApiServer) {
    const { cluster, now, account, region } = readWorld(join(import.meta.dirname, 'world.yaml'));
    if (cluster === undefined)
      throw new E2eFailure('The world of the comparison has no cluster.', 'Restore it from git.');
    this.#clock = new SimulatedClock(new Date(now));
    this.clock = this.#clock;
    this.#manifests = cluster.objects;
    this.#origin = Date.parse(now);
    const policy = { namespaces: [COMPARED], tools: SCOPE.tools };
    this.cluster = new SimulatedCluster(cluster, {
      clock: this.#clock,
      origin: this.#origin,
      at: { account, region },
      policy,
    });
    this.simulator = simulatorSide(this.cluster, RIGHTS);
    this.server = serverSide(server, this.simulator, COMPARED_NODES);
    this.#mirror = new Mirror(this.simulator.admin, server.admin);
  }

  /** Creates the objects of the world on the server. */
  async start(): Promise<void> {
    const manifests = this.#manifests.map((manifest) => withTimes(manifest, this.#origin));
    await this.#mirror.sync(manifests.map((written) => ({ written, stored: withDefaults(written) })));
  }

  /** Time passes. What the controllers of the simulator wrote meanwhile is on the server afterwards. */
  async wait(seconds: number): Promise<void> {
    this.#clock.advance(seconds * 1000);
    await this.#mirror.sync();
  }

  /** Does the same on both, and returns what was not alike: requests, what was read of the answers, errors, and the outcome. */
  async compare(what: string, run: (side: Side) => Promise<unknown>): Promise<FoundDifference[]> {
    const [simulator, server] = [await this.#done(run, this.simulator), await this.#done(run, this.server)];
    await this.#mirror.accept();
    const count = Math.max(simulator.exchanges.length, server.exchanges.length);
    const found = Array.from({ length: count }, (_, n) =>
      this.#between(`${what}: request ${n + 1}`, simulator.exchanges[n], server.exchanges[n]),
    );
    const outcome = this.#difference(simulator.outcome, server.outcome);
    return [...found.flat(), ...outcome.map((one) => ({ ...one, in: `${what}: the outcome` }))];
  }

  async #done(run: (side: Side) => Promise<unknown>, side: Side) {
    const exchanges: Exchange[] = [];
    const outcome = await run(recorded(side, exchanges)).catch((error: unknown) => ({ error: errorOf(error) }));
    const isServer = side === this.server;
    return { exchanges: this.#alike(exchanges, isServer), outcome: this.#plain(outcome, isServer) };
  }

  #between(what: string, simulator: Exchange | undefined, server: Exchange | undefined): FoundDifference[] {
    const request = simulator?.request ?? server?.request ?? null;
    const command = isObject(request) ? textIn(request['command']) : '';
    const found = (part: string, differences: readonly Difference[]): FoundDifference[] =>
      differences.map((one) => ({ ...one, in: `${what}: ${part}${command}` }));
    const different = this.#difference(simulator?.request, server?.request);
    if (different.length > 0) return found('sent as ', different);
    const errors = this.#difference(simulator?.error, server?.error);
    if (errors.length > 0) return found('the error of ', errors);
    if (simulator === undefined || server === undefined) return [];
    return found('', differencesIn(simulator.answer, server.answer, readByEither(simulator.read, server.read)));
  }

  #difference(simulator: unknown, server: unknown): Difference[] {
    return differencesIn(simulator, server, readByEither(allOf(simulator), allOf(server)));
  }

  #alike(exchanges: readonly Exchange[], isServer: boolean): Exchange[] {
    const versions = new Versions();
    return exchanges.map(({ request, answer, error, read }) => ({
      request: withoutTimes(this.#plain(request, isServer), versions),
      answer: withoutTimes(this.#plain(answer, isServer), versions),
      ...(error !== undefined && { error: withoutTimes(this.#plain(error, isServer), versions) }),
      read,
    }));
  }

  /** Plain JSON, with the UIDs of the simulator. */
  #plain(value: unknown, isServer: boolean): Json {
    const plain = jsonOf(value);
    return isServer ? this.#mirror.inSimulator(plain) : plain;
  }
}

const RIGHTS = {
  reads: COMPARED_TOOLS.flatMap(({ reads }): readonly ProviderCall[] => reads),
  changes: COMPARED_TOOLS.flatMap((tool): readonly ProviderCall[] => (tool.kind === 'change' ? tool.changes : [])),
  configMaps: COMPARED_GRANT.configMapKeys.map(({ name }) => name),
};

const TIMES: ReadonlySet<string> = new Set(['creationTimestamp', 'deletionTimestamp']);

/** The versions of each object, by its UID, in the order in which they were read. */
class Versions {
  readonly #ofObject = new Map<string, string[]>();
  readonly #words = new Map<string, string>();

  /** Which version of its object this is. */
  read(uid: string, version: string): string {
    const all = this.#ofObject.get(uid) ?? [];
    if (!all.includes(version)) all.push(version);
    this.#ofObject.set(uid, all);
    this.#words.set(version, `version ${all.indexOf(version) + 1} of ${uid}`);
    return this.word(version);
  }

  /** The same of a version in a request, which was read before. */
  word(version: string): string {
    return this.#words.get(version) ?? 'a version';
  }
}

/**
 * With a word in place of what each server sets by itself: when an object was created or its deletion begins, when fields were
 * written, and the number of each version, of which only the order counts.
 */
const withoutTimes = (value: Json, versions: Versions, key = '', list = ''): Json => {
  if (Array.isArray(value)) return value.map((one) => withoutTimes(one, versions, key, key));
  if (!isObject(value)) {
    const isTime = TIMES.has(key) || (key === 'time' && list === 'managedFields');
    return typeof value === 'string' && isTime ? 'a time' : value;
  }
  const { uid, path } = value;
  const isTest = typeof path === 'string' && path.endsWith('/resourceVersion');
  const inner = (name: string, one: Json): Json => {
    if (isTest && name === 'value') return versions.word(textIn(one) ?? '');
    if (name !== 'resourceVersion') return withoutTimes(one, versions, name, list);
    return key === 'metadata' && typeof uid === 'string' ? versions.read(uid, textIn(one) ?? '') : 'a version';
  };
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, inner(name, one)]));
};
