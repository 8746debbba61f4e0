import { spawnSync } from 'node:child_process';
import * as z from 'zod';
import { InputError } from '../lambdas/contracts/errors.ts';

/** What a module of a team is expected to be. */
export const ONLY_DECLARES = 'a module that only declares things';

/** A module that was compiled, and the file that its author knows it by. */
export interface CompiledModule {
  readonly compiled: string;
  readonly file: string;
}

/** Loading Node, zod and some clients of AWS takes less than a second, and may be slow on a machine that does much else. */
const SECONDS = 20;

/**
 * Loads modules in a process of its own, one after the other, before this process does: here, nothing could stop one that loops for ever,
 * and what it throws later would be nobody's to catch. What throws while it is loaded is left to whoever loads it.
 */
export const tryModules = (modules: readonly CompiledModule[], seconds = SECONDS): void => {
  const child = spawnSync(
    process.execPath,
    ['--input-type=commonjs', '--eval', TRIAL, ...modules.map(({ compiled }) => compiled)],
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe'], timeout: seconds * 1000, killSignal: 'SIGKILL', encoding: 'utf8' },
  );
  const said = (child.output[REPORT] ?? '')
    .split('\n')
    .flatMap((line) => (line === '' ? [] : [Line.parse(JSON.parse(line))]));
  if (said.some(({ done }) => done)) return;
  const last = said.findLast(({ index }) => index !== undefined)?.index ?? 0;
  const file = modules[last]?.file ?? 'the modules';
  const thrown = said.find(({ thrown: text }) => text !== undefined)?.thrown;
  if (thrown !== undefined) throw new InputError(file, `it throws after it was loaded: ${thrown}`, ONLY_DECLARES);
  throw new InputError(file, ended(child, seconds), ONLY_DECLARES);
};

const ended = ({ error, signal, status }: ReturnType<typeof spawnSync>, seconds: number): string => {
  if (error !== undefined && 'code' in error && error.code === 'ETIMEDOUT')
    return `loading it did not come to an end, and was stopped after ${seconds} s`;
  return error === undefined
    ? `it ends the process when it is loaded (${signal ?? `exit code ${status}`})`
    : `it could not be loaded in a process of its own: ${error.message}`;
};

/** The pipe that the process reports on. Modules may print what they like. */
const REPORT = 3;
const Line = z.object({
  index: z.number().optional(),
  thrown: z.string().optional(),
  done: z.literal(true).optional(),
});

const TRIAL = `
const { writeSync } = require('node:fs');
const modules = process.argv.slice(1);
const { exit } = process;
const say = (what) => writeSync(${REPORT}, JSON.stringify(what) + '\\n');
process.on('uncaughtException', (error) => {
  say({ thrown: error instanceof Error ? error.name + ': ' + error.message : String(error) });
  exit(1);
});
process.exit = () => { throw new Error('process.exit'); };
const load = (index) => {
  if (index === modules.length) { say({ done: true }); exit(0); }
  say({ index });
  try { require(modules[index]); } catch {}
  setTimeout(load, 5, index + 1);
};
load(0);
`;
