import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { ERROR } from '../../lambdas/contracts/error-names.ts';
import { STATE_OF } from '../../lambdas/contracts/flow.ts';
import type { Synthesized } from '../../lib/synthesize.ts';
import { code, codes, markdownPage, table } from './markdown.ts';

const SOURCE = 'lambdas/contracts/error-names.ts';

/** The doc comment above each name: the one place where a meaning is written. */
const meanings = (): ReadonlyMap<string, string> => {
  const text = readFileSync(join(import.meta.dirname, '../..', SOURCE), 'utf8');
  return new Map(
    [...text.matchAll(/\/\*\* (.+?) \*\/\s+\w+: '(\w+)'/g)].map(([, says = '', name = '']) => [name, says]),
  );
};

const Retry = z.looseObject({ ErrorEquals: z.array(z.string()), MaxAttempts: z.int().default(3) });
const Catch = z.looseObject({ ErrorEquals: z.array(z.string()), Next: z.string() });
const State = z.looseObject({ Type: z.string(), Retry: z.array(Retry).default([]), Catch: z.array(Catch).default([]) });
type State = z.infer<typeof State>;
const Definition = z.looseObject({ States: z.record(z.string(), State) });

const covers = ({ ErrorEquals }: { ErrorEquals: readonly string[] }, error: string): boolean =>
  ErrorEquals.includes(error) || ErrorEquals.includes('States.ALL');

/** How often Step Functions tries a state again after an error: the first entry that names the error decides. */
const attempts = (state: State, error: string): number =>
  state.Retry.find((one) => covers(one, error))?.MaxAttempts ?? 0;

const retriesOf = (tasks: readonly (readonly [string, State])[], error: string): string => {
  const byCount = Map.groupBy(tasks, ([, state]) => attempts(state, error));
  const tried = [...byCount].filter(([count]) => count > 0).toSorted(([a], [b]) => b - a);
  const said = tried.map(([count, states]) => `${count} × ${states.map(([name]) => name).join(', ')}`);
  return said.length === 0 ? 'never' : said.join('; ');
};

/** Every error that crosses a boundary: what it means, and how often the state machine tries again. */
export const errorsPage = ({ stateMachineDefinition }: Synthesized): string => {
  const { States } = Definition.parse(stateMachineDefinition);
  const tasks = Object.values(STATE_OF).map((name) => [name, State.parse(States[name])] as const);
  const says = meanings();
  const ours: readonly string[] = Object.values(ERROR);
  const others = new Set(
    tasks.flatMap(([, { Retry }]) => Retry.flatMap((one) => one.ErrorEquals)).filter((name) => !ours.includes(name)),
  );
  const alike = Map.groupBy(others, (name) => retriesOf(tasks, name));
  const caught = tasks
    .filter(([, state]) => state.Catch.some((one) => covers(one, 'States.ALL')))
    .map(([name]) => name);
  return markdownPage('Errors', `${SOURCE} and the synthesized state machine`, [
    'Errors that leave a step. What AWS, policy or a person refuses is not among them: it is a result that the model reads.',
    '## Of Checkrein',
    table(
      ['name', 'meaning', 'tried again'],
      ours.map((name) => [code(name), says.get(name) ?? '', retriesOf(tasks, name)]),
    ),
    '## Of Lambda and Step Functions',
    table(
      ['name', 'tried again'],
      [...alike].map(([retries, names]) => [codes(names), retries]),
    ),
    '## Beyond the retries',
    `An error of ${caught.join(', ')} goes to Close, and the incident ends as *failed*. An error of another state fails the execution, and the function *Stopped* closes the incident by name.`,
  ]);
};
