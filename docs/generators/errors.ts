import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { ERROR } from '../../lambdas/contracts/error-names.ts';
import { STATE_OF } from '../../lambdas/contracts/flow.ts';
import type { Synthesized } from '../../lib/synthesize.ts';
import { code, codes, markdownPage, table } from './markdown.ts';

const SOURCE = 'lambdas/contracts/error-names.ts';

/** The doc comment above each error name. */
const meanings = (): ReadonlyMap<string, string> => {
  const text = readFileSync(join(import.meta.dirname, '../..', SOURCE), 'utf8');
  return new Map(
    [...text.matchAll(/\/\*\* (.+?) \*\/\s+\w+: '(\w+)'/g)].map(([, meaning = '', name = '']) => [name, meaning]),
  );
};

const Retry = z.looseObject({ ErrorEquals: z.array(z.string()), MaxAttempts: z.int().default(3) });
const Catch = z.looseObject({ ErrorEquals: z.array(z.string()), Next: z.string() });
const State = z.looseObject({ Type: z.string(), Retry: z.array(Retry).default([]), Catch: z.array(Catch).default([]) });
type State = z.infer<typeof State>;
const Definition = z.looseObject({ States: z.record(z.string(), State) });

const covers = ({ ErrorEquals }: { ErrorEquals: readonly string[] }, error: string): boolean =>
  ErrorEquals.includes(error) || ErrorEquals.includes('States.ALL');

/** How often Step Functions retries a state after an error: the first entry that names the error applies. */
const retryCount = (state: State, error: string): number =>
  state.Retry.find((one) => covers(one, error))?.MaxAttempts ?? 0;

const retriesOf = (tasks: readonly (readonly [string, State])[], error: string): string => {
  const byCount = Map.groupBy(tasks, ([, state]) => retryCount(state, error));
  const retried = [...byCount].filter(([count]) => count > 0).toSorted(([a], [b]) => b - a);
  const texts = retried.map(([count, states]) => `${count} × ${states.map(([name]) => name).join(', ')}`);
  return texts.length === 0 ? 'never' : texts.join('; ');
};

/** Every error that leaves a step: its meaning, and how often the state machine retries. */
export const errorsPage = ({ stateMachineDefinition }: Synthesized): string => {
  const { States } = Definition.parse(stateMachineDefinition);
  const tasks = Object.values(STATE_OF).map((name) => [name, State.parse(States[name])] as const);
  const meaningOf = meanings();
  const ours: readonly string[] = Object.values(ERROR);
  const others = new Set(
    tasks.flatMap(([, { Retry }]) => Retry.flatMap((one) => one.ErrorEquals)).filter((name) => !ours.includes(name)),
  );
  const byRetries = Map.groupBy(others, (name) => retriesOf(tasks, name));
  const caught = tasks
    .filter(([, state]) => state.Catch.some((one) => covers(one, 'States.ALL')))
    .map(([name]) => name);
  return markdownPage('Errors', `${SOURCE} and the synthesized state machine`, [
    'Errors that leave a step. A refusal by AWS, policy or a person is not an error: the model reads it as a result.',
    '## From Checkrein',
    table(
      ['name', 'meaning', 'retries'],
      ours.map((name) => [code(name), meaningOf.get(name) ?? '', retriesOf(tasks, name)]),
    ),
    '## From Lambda and Step Functions',
    table(
      ['name', 'retries'],
      [...byRetries].map(([retries, names]) => [codes(names), retries]),
    ),
    '## After the last retry',
    `After an error in ${caught.join(', ')} the flow goes to Close, and the incident ends as *failed*. An error in another state fails the execution, and the function *Stopped* closes the incident by name.`,
  ]);
};
