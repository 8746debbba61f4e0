import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { describe, expect, test } from 'vitest';
import { COST, currentCostPage, REFERENCE, referencePages } from '../docs/generate.ts';
import { statesEntered } from '../docs/generators/cost-use.ts';
import { synthesize } from '../lib/synthesize.ts';
import { shippedRules } from './lib/shipped.ts';
import { titlesIn } from './titles.ts';

// One synthesized stack for all tests of this file: each costs about a second.
const rules = shippedRules();
const synthesized = synthesize(rules);
const { stateMachineDefinition } = synthesized;
const reference = referencePages(rules, synthesized);

const ROOT = join(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const pages = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...globSync('{docs,lambdas}/**/*.md', { cwd: ROOT })];
const foldersIn = (path: string): string[] =>
  readdirSync(join(ROOT, path), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
/** A folder that git ignores, and the output of a run, under whatever name, are no part of the repository. */
const ignored = [...read('.gitignore').matchAll(/^([\w.-]+)\/?$/gm)].map(([, name = '']) => name);
const isOutput = (name: string): boolean => existsSync(join(ROOT, name, 'trace.jsonl'));
const rootFolders = foldersIn('.').filter(
  (name) => !name.startsWith('.') && !ignored.includes(name) && !isOutput(name),
);

describe('reference', () => {
  test.each([...reference])('%s says what the code says; if not, run: npm run docs', (name, text) => {
    expect(readFileSync(join(REFERENCE, name), 'utf8')).toBe(text);
  });

  test('nothing lies in docs/reference that nobody generates', () => {
    expect(readdirSync(REFERENCE).toSorted()).toEqual([...reference.keys()].toSorted());
  });
});

describe('cost', () => {
  test('docs/cost.md says what an incident uses today; if not, run: npm run docs', async () => {
    expect(readFileSync(COST, 'utf8')).toBe(await currentCostPage(rules, synthesized));
  });

  test('a duplicate enters three states: it opens, is recognized, and is done', () => {
    expect(statesEntered(stateMachineDefinition, ['open'])).toEqual(['Open', 'AfterOpen', 'Done']);
  });

  test('every health check of Verify is counted with its wait', () => {
    const steps = ['open', 'observe', 'decide', 'authorize', 'apply', 'verify', 'verify', 'decide', 'close'] as const;
    const entered = statesEntered(stateMachineDefinition, steps);
    expect(entered.filter((state) => state === 'Stabilize')).toHaveLength(2);
    expect(entered.at(-1)).toBe('Done');
  });
});

describe('links', () => {
  const linksIn = (page: string): string[] =>
    [
      ...read(page)
        .replace(/`[^`\n]*`/g, '')
        .matchAll(/\]\((?!https?:)([^)\s]+)/g),
    ].map(([, target = '']) => target);

  /** Anchors as GitHub derives them from headings. */
  const anchorsIn = (path: string): string[] =>
    [...read(path).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\d\s-]/gu, '')
        .replaceAll(' ', '-'),
    );

  const leadsSomewhere = (page: string, link: string): boolean => {
    const [file = '', anchor] = link.split('#');
    const target = file === '' ? page : join(dirname(page), file);
    return existsSync(join(ROOT, target)) && (anchor === undefined || anchorsIn(target).includes(anchor));
  };

  test.each(pages)('every link of %s leads to a file, and to a heading in it', (page) => {
    expect(linksIn(page).filter((link) => !leadsSomewhere(page, link))).toEqual([]);
  });
});

describe('paths', () => {
  const inRepository = new RegExp(`^(${rootFolders.join('|')})/`);

  /** Paths of this repository in the inline code of a page; `<name>` stands for any name. */
  const pathsIn = (page: string): string[] =>
    [
      ...read(page)
        .replaceAll(/^ *```[^]*?^ *```/gm, '')
        .matchAll(/`([^`]+)`/g),
    ]
      .flatMap(([, code = '']) => code.split(/\s+/))
      .filter((word) => inRepository.test(word))
      .map((path) => path.replaceAll(/<[^>]*>/g, '*'));

  // A decision record and the changelog tell of the tree as it was.
  const current = pages.filter((page) => page !== 'CHANGELOG.md' && !page.startsWith('docs/decisions/'));

  test.each(current)('every path that %s names exists', (page) => {
    expect(pathsIn(page).filter((path) => globSync(path, { cwd: ROOT }).length === 0)).toEqual([]);
  });
});

const State = z.looseObject({
  Type: z.string(),
  Next: z.string().optional(),
  Choices: z.array(z.looseObject({ Next: z.string() })).default([]),
  Catch: z.array(z.looseObject({ ErrorEquals: z.array(z.string()), Next: z.string() })).default([]),
});

/** Transitions from state to state, Choice states skipped. The README describes the general Catch in a sentence. */
const transitions = (): string[] => {
  const { States } = z.looseObject({ States: z.record(z.string(), State) }).parse(stateMachineDefinition);
  const onward = (name: string | undefined): string[] => {
    const state = name === undefined ? undefined : States[name];
    if (name === undefined || state === undefined) return [];
    return state.Type === 'Choice' ? state.Choices.map(({ Next }) => Next) : [name];
  };
  const found = Object.entries(States)
    .filter(([, { Type }]) => Type !== 'Choice')
    .flatMap(([name, { Next, Catch }]) => [
      ...onward(Next).map((to) => `${name} -> ${to}`),
      ...Catch.filter(({ ErrorEquals }) => !ErrorEquals.includes('States.ALL')).map((one) => `${name} -> ${one.Next}`),
    ]);
  return [...new Set(found)].toSorted();
};

describe('pictures', () => {
  test('the flow drawn in the README is the flow of the state machine', () => {
    const drawn = [...read('README.md').matchAll(/^ +(\w+) -->(?:\|[^|]*\|)? (\w+)$/gm)];
    const arrows = new Set(drawn.map(([, from = '', to = '']) => `${from} -> ${to}`));
    expect([...arrows].filter((arrow) => !arrow.startsWith('Alarm ')).toSorted()).toEqual(transitions());
  });
});

describe('architecture', () => {
  const nested = [
    'lambdas',
    'lambdas/kernel',
    'lambdas/approvals',
    'lambdas/scheduled',
    'lambdas/steps',
    'config',
    'local',
  ].flatMap((room) => foldersIn(room).map((name) => `${room}/${name}`));

  test.each([...rootFolders, ...nested])('the folder %s has one row that says what it is for', (folder) => {
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
