import { join } from 'node:path';
import type { Json } from '../../lambdas/contracts/json.ts';
import type { Rules } from '../../lambdas/contracts/rules.ts';
import type { World } from '../../local/account/world/world.ts';
import { readEvent } from '../../local/files.ts';
import { loadScript, parseScript, type ScriptedTurn } from '../../local/script.ts';
import { readWorld } from '../fixtures/shipped-app.ts';
import { shippedRules } from '../lib/shipped.ts';

/** An incident that can be played any number of times. */
export interface Story {
  readonly rules: Rules;
  readonly world: World;
  readonly event: Json;
  readonly script: readonly ScriptedTurn[];
}

const SCENARIOS = join(import.meta.dirname, '../../scenarios');

/** The shipped rules, with budgets that no story reaches: they exist to stop exactly such a run. */
const benchRules = (): Rules => {
  const rules = shippedRules();
  const budget = { turns: 1000, tokens: 1_000_000_000, dollars: 1_000_000, minutes: 1_000_000 };
  const budgetPerDay = { dollars: 1_000_000, incidents: 1_000_000 };
  return {
    ...rules,
    agents: rules.agents.map((agent) => ({ ...agent, budget, budgetPerDay })),
    settings: {
      ...rules.settings,
      accountBudgetPerDay: budgetPerDay,
      changesPerHour: { perTool: 1_000_000, perTarget: 1_000_000 },
    },
  };
};

const placed = (scenario: string): Omit<Story, 'script'> => ({
  rules: benchRules(),
  world: readWorld(join(SCENARIOS, scenario, 'world.yaml')),
  event: readEvent(join(SCENARIOS, scenario, 'event.json')),
});

/** After so many turns the windows repeat: the work of turn 100 is that of turn 4. */
const WINDOWS = 32;

/** Each turn asks for another window, as an investigation does: alternately of a metric and of the logs. */
const observing = (turn: number, only: 'logs' | undefined): Json => [
  { type: 'text', text: `Question ${turn}: what did the requests and the log look like before that?` },
  turn % 2 === 0 && only === undefined
    ? {
        type: 'tool_use',
        name: 'get_metrics',
        input: {
          namespace: 'AWS/ApplicationELB',
          metric: 'RequestCount',
          dimensions: { LoadBalancer: 'app/payments/2f2a2ad4c1b5a9d0' },
          stats: ['Sum'],
          minutes: 30 + (turn % WINDOWS),
          periodSeconds: 60,
        },
      }
    : {
        type: 'tool_use',
        name: 'query_logs',
        input: { logGroup: '/app/payments', minutes: 9 + (turn % WINDOWS), limit: 20 },
      },
];

const concluding: Json = [
  {
    type: 'tool_use',
    name: 'conclude',
    input: {
      summary: 'The payments API answers with errors, because the database refuses its password.',
      rootCause: 'The secret was rotated and the service kept the old one.',
      confidence: 'medium',
      claims: [{ text: 'The database refuses the password.', evidence: ['E1'] }],
      followUps: [],
    },
  },
];

/** A read-only incident with so many turns of the model: one call in each, and the conclusion in the last. */
export const readOnlyStory = (turns: number, only?: 'logs'): Story => ({
  ...placed('read-only-triage'),
  script: parseScript([...Array.from({ length: turns - 1 }, (_, turn) => observing(turn, only)), concluding], 'bench'),
});

/** The scenario that `docs/cost.md` prices. */
export const APPROVED = 'undersized-instance';

/** The scenario of `docs/cost.md` with one more look before the conclusion, which makes six turns. */
export const approvedStory = async (): Promise<Story> => {
  const script = await loadScript(join(SCENARIOS, APPROVED, 'model.json'));
  const look = parseScript(
    [
      [
        { type: 'text', text: 'One more look at the instance itself.' },
        { type: 'tool_use', name: 'describe_instances', input: { instanceIds: ['i-0a1b2c3d4e5f60718'] } },
      ],
    ],
    'bench',
  );
  return { ...placed(APPROVED), script: [...script.slice(0, -1), ...look, ...script.slice(-1)] };
};
