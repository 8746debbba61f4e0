import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { TraceEvent } from '../lambdas/contracts/events.ts';
import type { Json } from '../lambdas/contracts/json.ts';
import type { Rules } from '../lambdas/contracts/rules.ts';
import type { Manifest } from '../lambdas/contracts/tool.ts';
import type { Installed } from '../lambdas/tools/installed.ts';
import { InputError } from '../lambdas/contracts/errors.ts';
import type { World } from './account/world/world.ts';
import { readWorld } from './account/world/read.ts';
import { differences } from './comparison.ts';
import { readExpectation, type Expectation } from './expectation.ts';
import { readEvent } from './files.ts';
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

const EXPECTATION = 'expect.yaml';

/** Name and summary of every scenario in a directory. */
export const listScenarios = (directory: string): { readonly name: string; readonly about: string }[] => {
  const found = foldersIn(directory).filter((name) => existsSync(join(directory, name, EXPECTATION)));
  if (found.length > 0)
    return found.toSorted().map((name) => ({ name, about: readExpectation(join(directory, name, EXPECTATION)).about }));
  throw new InputError(
    `--scenarios ${directory}`,
    `there is no folder with ${EXPECTATION} in ${resolve(directory)}`,
    'a directory with a folder for each scenario',
  );
};

const foldersIn = (directory: string): string[] => {
  try {
    return readdirSync(directory);
  } catch (cause) {
    throw new InputError(
      `--scenarios ${directory}`,
      `there is no directory ${resolve(directory)}`,
      'a directory with a folder for each scenario; default: scenarios of the working directory',
      cause,
    );
  }
};

/** Reads the folder of a scenario, whose world is for these tools. */
export const readScenario = async (folder: string, manifests: readonly Manifest[]): Promise<Scenario> => {
  const file = (leaf: string): string => join(folder, leaf);
  if (!existsSync(file(EXPECTATION))) throw noScenario(folder);
  const expectation = readExpectation(file(EXPECTATION));
  const { like } = expectation;
  const given = (leaf: string): string => join(like === undefined ? folder : join(dirname(folder), like), leaf);
  return {
    name: basename(folder),
    event: readEvent(given('event.json')),
    world: readWorld(given('world.yaml'), manifests),
    script: await loadScript(file('model.json')),
    furtherScripts: await loadFurtherScripts(file('model.json')),
    expectation,
  };
};

const noScenario = (folder: string): InputError => {
  const known = listScenarios(dirname(folder)).map(({ name }) => name);
  const problem = `there is no scenario ${JSON.stringify(basename(folder))} in ${dirname(folder)}`;
  return new InputError('scenario', problem, `one of ${known.join(', ')}`);
};

/** The app that a scenario is played with. */
export interface PlayedWith {
  readonly rules: Rules;
  readonly installed: Installed;
}

/** Run options of a scenario. A caller may replace the model or the approver. */
export const runOf = (
  { name, event, world, script, furtherScripts, expectation }: Scenario,
  { rules, installed }: PlayedWith,
): RunOptions => ({
  event,
  world,
  rules,
  installed,
  model: scriptedIncidents(script, furtherScripts, name),
  approve: { kind: 'preset', answers: expectation.approvals },
  onEvent: () => undefined,
  onPage: () => undefined,
});

/** The same, and what a caller can observe. */
export interface PlayHooks extends PlayedWith {
  readonly onEvent?: (event: TraceEvent) => void;
}

/** What came of a scenario. `result` has the incident that the expectation is about; `problems` lists each difference from it. */
interface Played {
  readonly result: RunResult;
  readonly problems: readonly string[];
}

/** Plays the scenario of a folder, and compares what came of it with what is expected. */
export const playScenario = async (
  folder: string,
  { rules, installed, onEvent = () => undefined }: PlayHooks,
): Promise<Played> => {
  const scenario = await readScenario(folder, installed.catalogue.manifests);
  const whole = await runOnLaptop({ ...runOf(scenario, { rules, installed }), onEvent });
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
