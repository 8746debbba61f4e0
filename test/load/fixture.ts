import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { policyEngine, type PolicyEngine } from '../../lambdas/kernel/policy/engine.ts';
import { ledgerClient } from '../../lambdas/adapters/aws/ledger-table.ts';
import { dynamoLedger } from '../../lambdas/adapters/aws/ledger.ts';
import type { TraceEvent } from '../../lambdas/contracts/events.ts';
import { STATE_OF } from '../../lambdas/contracts/flow.ts';
import { JsonObject } from '../../lambdas/contracts/json.ts';
import type { Rules } from '../../lambdas/contracts/rules.ts';
import type { Ledger, Model } from '../../lambdas/contracts/ports.ts';
import { synthesize } from '../../lib/synthesize.ts';
import type { World } from '../../local/account/world/world.ts';
import { Laptop } from '../../local/laptop.ts';
import { shippedRules } from '../lib/shipped.ts';
import { seededRandom, type Random } from './random.ts';
import { injectLedgerFaults, injectStepFaults, type FaultCounts } from './faults.ts';
import { startLedgerThread, type LedgerThread } from './ledger-thread.ts';
import { LedgerMeter } from './ledger-meter.ts';
import type { LoadOptions } from './options.ts';
import { INSTALLED } from '../../lambdas/providers/installed.ts';

/** Daily budgets and hourly change rates that no run reaches. The shipped limits exist to stop exactly such a run. */
const RAISED_BUDGET = { dollars: 1_000_000, incidents: 1_000_000 };
const RAISED_RATES = { perTool: 10_000, perTarget: 100 };

const withRaisedLimits = (rules: Rules): Rules => ({
  ...rules,
  agents: rules.agents.map((agent) => ({ ...agent, budgetPerDay: RAISED_BUDGET })),
  settings: { ...rules.settings, accountBudgetPerDay: RAISED_BUDGET, changesPerHour: RAISED_RATES },
});

const Definition = z.looseObject({
  States: z.record(z.string(), z.looseObject({ TimeoutSeconds: z.int().optional() })),
});

/**
 * The interpreter measures task timeouts in real time. One machine that runs a thousand functions is slower than a
 * thousand functions, so timeouts are a hundred times as long. Approve keeps its own, which is the approvers' deadline.
 */
const withLongTimeouts = (definition: JsonObject): JsonObject => {
  const { States, ...rest } = Definition.parse(definition);
  const states = Object.entries(States).map(([name, state]): [string, unknown] => [
    name,
    state.TimeoutSeconds === undefined || name === STATE_OF.approve
      ? state
      : { ...state, TimeoutSeconds: state.TimeoutSeconds * 100 },
  ]);
  return JsonObject.parse({ ...rest, States: Object.fromEntries<unknown>(states) });
};

/** One machine runs a thousand functions, so answers may be slow; a slow answer must not count as lost. */
const localClient = (endpoint: string): DynamoDBClient =>
  ledgerClient({
    endpoint,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local', sessionToken: 'local' },
    requestHandler: { requestTimeout: 120_000, httpAgent: { keepAlive: true, maxSockets: 64 } },
  });

/**
 * What all incidents of a run share, as in one deployment: the ledger, the rules and the state machine. Each target
 * has its own simulated account and clock.
 */
export class LoadFixture {
  readonly meter = new LedgerMeter();
  readonly faultCounts: FaultCounts = new Map();
  readonly random: Random;
  /** The same ledger without faults and without the meter, to inspect the results. */
  readonly faultFreeLedger: Ledger;
  readonly #rules: Rules;
  readonly #policy: PolicyEngine;
  readonly #definition: JsonObject;
  readonly #server: LedgerThread;
  readonly #ledger: Ledger;
  readonly #around: ReturnType<typeof injectStepFaults> | undefined;

  private constructor(options: LoadOptions, server: LedgerThread) {
    this.#server = server;
    this.random = seededRandom(options.seed);
    this.#rules = withRaisedLimits(shippedRules());
    this.#policy = policyEngine(this.#rules, INSTALLED.providers);
    this.#definition = withLongTimeouts(synthesize(this.#rules).stateMachineDefinition);
    const client = localClient(server.endpoint);
    this.meter.attach(client);
    if (options.faults) injectLedgerFaults(client, this.random, this.faultCounts);
    const { retentionDays } = this.#rules.settings;
    this.#ledger = dynamoLedger(client, server.table, retentionDays);
    this.faultFreeLedger = dynamoLedger(localClient(server.endpoint), server.table, retentionDays);
    this.#around = options.faults ? injectStepFaults(this.random, this.faultCounts) : undefined;
  }

  static async start(options: LoadOptions): Promise<LoadFixture> {
    return new LoadFixture(options, await startLedgerThread());
  }

  /** The flow for one target, in its own account. */
  laptop(world: World, model: Model, onEvent: (event: TraceEvent) => void): Laptop {
    return new Laptop({
      definition: this.#definition,
      installed: INSTALLED,
      rules: this.#rules,
      policy: this.#policy,
      ledger: this.#ledger,
      world,
      model,
      approver: async () => ({ kind: 'preset', answers: [{ answer: 'approve', reason: 'Go ahead.' }] }),
      onEvent,
      ...(this.#around === undefined ? {} : { around: this.#around }),
    });
  }

  async stop(): Promise<void> {
    await this.#server.stop();
  }
}
