import { ERROR } from '../../lambdas/contracts/error-names.ts';
import { StepError, ToolRefusal, type CloudError } from '../../lambdas/contracts/errors.ts';
import { USAGE, USAGE_READ, UsageQuery } from '../../lambdas/contracts/usage.ts';
import { usageUnavailable } from '../../lambdas/providers/kubernetes/usage/errors.ts';
import { asksNodePrice } from '../../lambdas/providers/kubernetes/node-price.ts';
import { usageHistory } from './usage-history.ts';
import type { AccountRegion, Clock, Cloud, CloudRequest } from '../../lambdas/contracts/ports.ts';
import { clusterRequest, isRead, requestName, type ClusterRequest } from '../../lambdas/providers/kubernetes/call.ts';
import { clusterError, clusterUnavailable } from '../../lambdas/providers/kubernetes/errors.ts';
import type { RecordedCall } from '../account/account.ts';
import { oneChangePolicy, type PolicyScope, type Review } from './admission/one-change.ts';
import { answerTo } from './api/answer.ts';
import type { Answer } from './api/request.ts';
import { ClusterFaults } from './fault-injection.ts';
import { StatusRefusal } from './objects/refusal.ts';
import { authorize, type ClusterSession } from './session.ts';
import { Simulation } from './simulation.ts';
import type { ClusterDrift } from './world/faults.ts';
import type { ClusterWorld } from './world/cluster.ts';
import { drift, objectNamed } from './other-writers.ts';
import type { JsonObject } from '../../lambdas/contracts/json.ts';

interface ClusterOptions {
  readonly clock: Clock;
  /** The `now` of the world, in milliseconds. */
  readonly origin: number;
  readonly at: AccountRegion;
  readonly onCall?: (call: RecordedCall) => void;
  /** Default: a new one. The account has it too, where metrics follow from it. */
  readonly simulation?: Simulation | undefined;
  /** What the admission policy admits of change sessions. Default: nothing. */
  readonly policy?: PolicyScope;
}

/** A cluster made from a world file. It answers the requests of tools as an API server does, and records each of them. */
export class SimulatedCluster {
  readonly name: string;
  readonly #simulation: Simulation;
  readonly #faults: ClusterFaults;
  readonly #options: ClusterOptions;
  readonly #nodePrice: ClusterWorld['nodePrice'];
  readonly #admit: (username: string, review: Review) => void;

  constructor(world: ClusterWorld, options: ClusterOptions) {
    this.name = world.name;
    this.#nodePrice = world.nodePrice;
    this.#options = options;
    const { policy = { namespaces: [], tools: [] } } = options;
    this.#admit = world.admissionPolicy ? oneChangePolicy(policy) : () => undefined;
    this.#faults = new ClusterFaults(world.faults);
    this.#simulation = options.simulation ?? new Simulation(world, options.origin);
  }

  /** The cluster for one session. */
  cloud(session: ClusterSession): Cloud {
    return { ...this.#options.at, send: (request) => this.#send(session, request) };
  }

  /** A change that somebody else makes now. */
  drift(set: ClusterDrift): void {
    this.#goOn();
    drift(this.#simulation.state, set);
  }

  /** An object as it is now, e.g. `shop/deployments/checkout`. Not a request, so nothing records it. */
  object(of: string): JsonObject | undefined {
    this.#goOn();
    return objectNamed(this.#simulation.state, of);
  }

  #goOn(): void {
    this.#simulation.advance(this.#options.clock.now().getTime());
  }

  async #send(session: ClusterSession, sent: CloudRequest): Promise<unknown> {
    if (asksNodePrice(sent)) return { nodePrice: this.#nodePrice ?? null };
    if (sent.service === USAGE) return this.#usage(session, sent);
    const request = clusterRequest(sent);
    const { delaySeconds, refusal, lost } = this.#faults.of(sent);
    if (delaySeconds > 0) await this.#options.clock.sleep(delaySeconds * 1000);
    this.#goOn();
    const { state } = this.#simulation;
    const call = requestName(request);
    this.#faults.drift('before', sent, state);
    try {
      if (lost === 'request') throw noAnswer(call);
      const answer = this.#answer(session, request, refusal);
      const error = answer.status < 300 ? undefined : clusterError(call, answer);
      this.#record(session, sent, request, error === undefined ? 'ok' : codeOf(error));
      if (lost === 'answer') throw noAnswer(call);
      if (error !== undefined) throw error;
      return structuredClone(answer.body);
    } finally {
      this.#faults.drift('after', sent, state);
    }
  }

  /** What the source of usage answers, which is no API of the cluster. */
  async #usage({ step, principal, incidentId }: ClusterSession, sent: CloudRequest): Promise<unknown> {
    const { delaySeconds, refusal, lost } = this.#faults.of(sent);
    if (delaySeconds > 0) await this.#options.clock.sleep(delaySeconds * 1000);
    this.#goOn();
    const failed = refusal !== undefined || lost;
    const time = this.#options.clock.now().toISOString();
    const of = incidentId !== undefined && { incidentId };
    const call = { time, step, principal, ...of, ...structuredClone(sent), dryRun: false, mutating: false };
    this.#options.onCall?.({ ...call, outcome: failed ? 'UsageUnavailable' : 'ok' });
    if (failed) throw usageUnavailable('the simulated source of usage', refusal?.message ?? 'no answer');
    if (sent.command !== USAGE_READ.command)
      throw new ToolRefusal('The simulated cluster takes no PromQL. Use query_usage.');
    return usageHistory(this.#simulation.state, UsageQuery.parse(sent.input));
  }

  #answer(session: ClusterSession, request: ClusterRequest, fault: StatusRefusal | undefined): Answer {
    const { state } = this.#simulation;
    try {
      if (request.cluster !== undefined && request.cluster !== this.name)
        throw new StepError(
          ERROR.contractBroken,
          `There is no cluster ${request.cluster} in this world.`,
          `It has ${this.name}.`,
        );
      authorize(session, request);
      if (fault !== undefined) throw fault;
    } catch (refused) {
      if (refused instanceof StatusRefusal) return { status: refused.status, body: refused.body };
      throw refused;
    }
    return answerTo(state, request, (review) => {
      if (session.changes === true) this.#admit(session.principal, review);
    });
  }

  #record(session: ClusterSession, sent: CloudRequest, request: ClusterRequest, outcome: string): void {
    const { step, principal, incidentId } = session;
    const { service, command, input } = structuredClone(sent);
    const mutating = !isRead(request.call);
    const dryRun = mutating && request.query['dryRun'] === 'All';
    const time = this.#options.clock.now().toISOString();
    const of = incidentId !== undefined && { incidentId };
    this.#options.onCall?.({ time, step, principal, ...of, service, command, input, dryRun, mutating, outcome });
  }
}

/** Whether the request arrived, its sender cannot know. */
const noAnswer = (call: string): StepError => clusterUnavailable(call, 'the connection ended before the answer came');

const codeOf = (error: CloudError | StepError): string => error.code;
