import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
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
import { loadFurtherScripts, loadScript, type ScriptedTurn } from './script.ts';
import { scriptedIncidents } from './scripted-model.ts';

/** A recorded incident: the event, the account, the model's turns, people's answers, and how it must end. */
export interface Scenario {
  readonly name: string;
  readonly event: Json;
  readonly world: World;
  readonly script: readonly ScriptedTurn[];
  /** The turns in its second and further incidents, if they have scripts of their own. */
  readonly furtherScripts: readonly (readonly ScriptedTurn[])[];
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
  return scenarioIn(join(DIRECTORY, name));
};

/** Reads a folder with a scenario, wherever it stands. Those that it is `like` stand beside it. */
export const scenarioIn = async (folder: string): Promise<Scenario> => {
  const name = basename(folder);
  const file = (leaf: string): string => join(folder, leaf);
  const expectation = readExpectation(file('expect.yaml'));
  const given = (leaf: string): string => join(dirname(folder), expectation.like ?? name, leaf);
  return {
    name,
    event: readEvent(given('event.json')),
    world: readWorld(given('world.yaml')),
    script: await loadScript(file('model.json')),
    furtherScripts: await loadFurtherScripts(file('model.json')),
    expectation,
  };
};

/** Run options of a scenario. A caller may replace the model or the approver. */
export const runOf = (
  { name, event, world, script, furtherScripts, expectation }: Scenario,
  rules: Rules,
): RunOptions => ({
  event,
  world,
  rules,
  model: scriptedIncidents(script, furtherScripts, name),
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

/** What came of a scenario. `result` has the incident that the expectation is about; `problems` lists each difference from it. */
interface Played {
  readonly result: RunResult;
  readonly problems: readonly string[];
}

/** Plays a scenario of this checkout. */
export const playScenario = async (
  name: string,
  { rules = localRules(), onEvent = () => undefined }: PlayHooks = {},
): Promise<Played> => play(await readScenario(name), { rules, onEvent });

/** Plays a scenario under rules, and compares what came of it with what is expected. */
export const play = async (
  scenario: Scenario,
  { rules, ...more }: Pick<RunOptions, 'rules' | 'installed' | 'onEvent'>,
): Promise<Played> => {
  const whole = await runOnLaptop({ ...runOf(scenario, rules), ...more });
  const { expectation } = scenario;
  const opened = [...whole.traces.keys()].filter((incident) => !whole.followUps.includes(incident));
  const problems =
    opened.length === expectation.incidents
      ? []
      : [`Incidents: expected ${expectation.incidents}, but ${opened.length} were opened: ${opened.join(', ')}.`];
  const incidentId = opened[expectation.incident - 1];
  const events = whole.traces.get(incidentId ?? '');
  if (incidentId === undefined || events === undefined)
    return { result: whole, problems: [...problems, `There was no incident ${expectation.incident} to look at.`] };
  const result = { ...whole, incidentId, events };
  return { result, problems: [...problems, ...differences(expectation, result)] };
};
