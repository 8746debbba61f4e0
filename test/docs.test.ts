import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { describe, expect, test } from 'vitest';
import { REFERENCE, referencePages } from '../docs/generate.ts';
import { synthesize } from '../lib/synthesize.ts';
import { shippedRules } from './lib/shipped.ts';
import { titlesIn } from './titles.ts';

const ROOT = join(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const pages = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...globSync('docs/**/*.md', { cwd: ROOT })];
const foldersIn = (path: string): string[] =>
  readdirSync(join(ROOT, path), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);

describe('reference', () => {
  test.each([...referencePages()])('%s says what the code says; if not, run: npm run docs', (name, text) => {
    expect(readFileSync(join(REFERENCE, name), 'utf8')).toBe(text);
  });

  test('nothing lies in docs/reference that nobody generates', () => {
    expect(readdirSync(REFERENCE).toSorted()).toEqual([...referencePages().keys()].toSorted());
  });
});

describe('links', () => {
  const linksIn = (page: string): string[] =>
    [...read(page).matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(([, target = '']) => target);

  test.each(pages)('every link of %s leads to a file', (page) => {
    expect(linksIn(page).filter((target) => !existsSync(join(ROOT, dirname(page), target)))).toEqual([]);
  });
});

const State = z.looseObject({
  Type: z.string(),
  Next: z.string().optional(),
  Choices: z.array(z.looseObject({ Next: z.string() })).default([]),
  Catch: z.array(z.looseObject({ ErrorEquals: z.array(z.string()), Next: z.string() })).default([]),
});

/** Ways from state to state, past the Choice states. The general Catch is told in words. */
const waysOfTheFlow = (): string[] => {
  const { stateMachineDefinition } = synthesize(shippedRules());
  const { States } = z.looseObject({ States: z.record(z.string(), State) }).parse(stateMachineDefinition);
  const onward = (name: string | undefined): string[] => {
    const state = name === undefined ? undefined : States[name];
    if (name === undefined || state === undefined) return [];
    return state.Type === 'Choice' ? state.Choices.map(({ Next }) => Next) : [name];
  };
  const ways = Object.entries(States)
    .filter(([, { Type }]) => Type !== 'Choice')
    .flatMap(([name, { Next, Catch }]) => [
      ...onward(Next).map((to) => `${name} -> ${to}`),
      ...Catch.filter(({ ErrorEquals }) => !ErrorEquals.includes('States.ALL')).map((one) => `${name} -> ${one.Next}`),
    ]);
  return [...new Set(ways)].toSorted();
};

describe('pictures', () => {
  test('the flow drawn in the README is the flow of the state machine', () => {
    const drawn = [...read('README.md').matchAll(/^ +(\w+) -->(?:\|[^|]*\|)? (\w+)$/gm)];
    const ways = new Set(drawn.map(([, from = '', to = '']) => `${from} -> ${to}`));
    expect([...ways].filter((way) => !way.startsWith('Alarm ')).toSorted()).toEqual(waysOfTheFlow());
  });
});

describe('architecture', () => {
  const rooms = foldersIn('.').filter((name) => !/^(\.|node_modules$|cdk\.out$|coverage$)/.test(name));
  const inner = ['lambdas', 'config', 'local'].flatMap((room) => foldersIn(room).map((name) => `${room}/${name}`));

  test.each([...rooms, ...inner])('the folder %s has one row that says what it is for', (folder) => {
    const rows = read('docs/architecture.md')
      .split('\n')
      .filter((line) => line.startsWith(`| \`${folder}/\``));
    expect(rows, 'rows about it in the table of docs/architecture.md').toHaveLength(1);
  });

  test('no row is about a folder that is gone', () => {
    const named = [...read('docs/architecture.md').matchAll(/^\| `([\w/-]+)\/`/gm)].map(([, folder = '']) => folder);
    expect(named.filter((folder) => !existsSync(join(ROOT, folder)))).toEqual([]);
  });
});

describe('security model', () => {
  const tests = globSync('test/**/*.test.ts', { cwd: ROOT }).map(read).map(titlesIn);
  const text = read('docs/security-model.md');
  const quoted = [...text.matchAll(/“([^”]+)”/g)].map(([, title = '']) => title);

  test('every control names a test that exists', () => {
    expect(quoted.length).toBeGreaterThan(20);
    expect(quoted.filter((title) => !tests.some((isWritten) => isWritten(title)))).toEqual([]);
  });

  test('every file that it names exists', () => {
    const files = [...text.matchAll(/`((?:lambdas|lib|config|local|bin)\/[\w./-]+\.\w+)`/g)].map(
      ([, path = '']) => path,
    );
    expect(files.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });
});

describe('decisions', () => {
  const records = globSync('docs/decisions/*.md', { cwd: ROOT }).toSorted();

  test('are numbered without gaps', () => {
    const numbers = records.map((path) => Number(path.split('/').at(-1)?.slice(0, 4)));
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  });

  test.each(records)('%s has a status, a context, a decision and its consequences', (record) => {
    expect(read(record)).toMatch(/^# \d+\. .+\n\nStatus: .+\n\n## Context\n[^]+\n## Decision\n[^]+\n## Consequences\n/);
  });
});
