import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { TraceEvent } from '../lambdas/contracts/events.ts';
import type { Json } from '../lambdas/contracts/json.ts';
import type { Rules } from '../lambdas/contracts/rules.ts';
import { InputError } from '../lambdas/contracts/errors.ts';
import type { World } from './account/world/world.ts';
import { readWorld } from './account/world/read.ts';
import { differences } from './comparison.ts';
import { readExpectation, type Expectation } from './expectation.ts';
import { readEvent } from './files.ts';
import { localRules } from './rules.ts';
import { runOnLaptop, type RunOptions, type RunResult } from './run.ts';
import { loadScript, type ScriptedTurn } from './script.ts';
import { scriptedModel } from './scripted-model.ts';

/** A recorded incident: the event, the account, the model's turns, people's answers, and how it must end. */
export interface Scenario {
  readonly name: string;
  readonly event: Json;
  readonly world: World;
  readonly script: readonly ScriptedTurn[];
  readonly expectation: Expectation;
}

const DIRECTORY = join(import.meta.dirname, '..', 'scenarios');

const names = (): string[] =>
  readdirSync(DIRECTORY)
    .filter((name) => existsSync(join(DIRECTORY, name, 'expect.yaml')))
    .sort();

/** Name and summary of every scenario. */
export const listScenarios = (): { readonly name: string; readonly about: string }[] =>
  names().map((name) => ({ name, about: readExpectation(join(DIRECTORY, name, 'expect.yaml')).about }));

/** Reads the folder of a scenario. */
export const readScenario = async (name: string): Promise<Scenario> => {
  if (!names().includes(name))
    throw new InputError('scenario', `there is no scenario ${JSON.stringify(name)}`, `one of ${names().join(', ')}`);
  const file = (leaf: string): string => join(DIRECTORY, name, leaf);
  return {
    name,
    event: readEvent(file('event.json')),
    world: readWorld(file('world.yaml')),
    script: await loadScript(file('model.json')),
    expectation: readExpectation(file('expect.yaml')),
  };
};

/** Run options of a scenario. A caller may replace the model or the approver. */
export const runOf = ({ name, event, world, script, expectation }: Scenario, rules: Rules): RunOptions => ({
  event,
  world,
  rules,
  model: scriptedModel(script, name),
  approve: { kind: 'preset', answers: expectation.approvals },
  onEvent: () => undefined,
  onPage: () => undefined,
});

/** What a caller can observe, or share between runs. */
export interface PlayHooks {
  /** Default: the rules of this checkout. */
  readonly rules?: Rules;
  readonly onEvent?: (event: TraceEvent) => void;
}

/** Plays a scenario. `problems` lists each difference from its expectation. */
export const playScenario = async (
  name: string,
  { rules = localRules(), onEvent = () => undefined }: PlayHooks = {},
): Promise<{ readonly result: RunResult; readonly problems: readonly string[] }> => {
  const scenario = await readScenario(name);
  const incidents = new Set<string>();
  const result = await runOnLaptop({
    ...runOf(scenario, rules),
    onEvent: (event) => {
      incidents.add(event.incident);
      onEvent(event);
    },
  });
  const extra = [...incidents].filter(
    (incident) => incident !== result.incidentId && !result.followUps.includes(incident),
  );
  const problems = extra.map((incident) => `Another incident was opened: ${incident}. A scenario is one incident.`);
  return { result, problems: [...problems, ...differences(scenario.expectation, result)] };
};
