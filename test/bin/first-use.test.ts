import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { paragraphs } from '../../bin/io/wrap.ts';
import { appFolder, REPOSITORY, runNode, runProcess, type Ran } from './cli.ts';

const folder = appFolder('first-use');
afterAll(() => rmSync(folder, { recursive: true }));

const AT = join(REPOSITORY, 'scenarios/undersized-instance');
const RUN = ['run', '--event', join(AT, 'event.json'), '--world', join(AT, 'world.yaml'), '--approve', 'yes'];

/** Node as one that cannot read TypeScript, as Node 20 cannot. */
const OLD_NODE = ['--no-experimental-strip-types'];

describe('a Node that cannot run TypeScript', () => {
  test('gets a sentence with its version and what to do from every command, and no stack trace', async () => {
    const ran = await runNode(folder, OLD_NODE, '--help');
    expect([ran.code, ran.out]).toEqual([1, '']);
    expect(ran.err).toMatch(/^checkrein: this is Node \d+\.\d+\.\d+, which cannot run TypeScript\./);
    expect(ran.err).not.toContain('ERR_');
  });

  /** The entry in a checkout with only these packages. */
  const inCheckout = (name: string, ...packages: string[]): Promise<Ran> => {
    const bin = join(folder, name, 'bin');
    mkdirSync(bin, { recursive: true });
    writeFileSync(join(folder, name, 'package.json'), '{ "type": "module" }');
    for (const file of ['checkrein.js', 'node-check.js']) cpSync(join(REPOSITORY, 'bin', file), join(bin, file));
    for (const path of packages) mkdirSync(join(folder, name, 'node_modules', path), { recursive: true });
    return new Promise((resolve) => {
      execFile(process.execPath, [...OLD_NODE, join(bin, 'checkrein.js')], (error, out, err) =>
        resolve({ code: Number(error?.code ?? 0), out, err }),
      );
    });
  };

  test.each([
    ['after npm ci --ignore-scripts', ['node'], 'npm rebuild node --ignore-scripts=false'],
    ['before npm ci', [], 'npm ci'],
    ['beside the Node of the project', ['node', '.bin/node'], 'npx checkrein'],
  ])('%s, the sentence says what to run', async (name, packages, says) => {
    const ran = await inCheckout(name.replaceAll(' ', '-'), ...packages);
    expect([ran.code, ran.out]).toEqual([1, '']);
    expect(ran.err).toContain(says);
  });

  test('every way in for a user goes through that check', () => {
    expect(packageJson.bin.checkrein).toBe('bin/checkrein.js');
    expect(packageJson.scripts.start).toMatch(/^node bin\/checkrein\.js /);
    expect(packageJson.scripts.pretest).toBe('node bin/node-check.js');
  });
});

describe('the first run', { timeout: 180_000 }, () => {
  test('fits 80 columns, no line but a command is broken, and it ends in what to try next', async () => {
    const ran = await runProcess(folder, ...RUN, '--out', 'out');
    expect([ran.code, ran.err]).toEqual([0, '']);
    const [above = '', next = ''] = ran.out.split('What to try next:');
    expect(above.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(above).toContain('i-0a1b2c3d4e5f60718');
    expect(next).toContain('npx checkrein scenario');
    expect(next).toContain('Decide yourself');
  });

  test('of an agent that asks nobody does not offer to decide', async () => {
    const read = join(REPOSITORY, 'scenarios/read-only-triage');
    const files = ['--event', join(read, 'event.json'), '--world', join(read, 'world.yaml')];
    const ran = await runProcess(folder, 'run', ...files, '--approve', 'no', '--out', 'read-only');
    expect([ran.code, ran.out.includes('What to try next'), ran.out.includes('Decide yourself')]).toEqual([
      0,
      true,
      false,
    ]);
  });

  test('says what it does before it loads the CDK, so that nobody looks at an empty terminal', async () => {
    const chunks: string[] = [];
    await new Promise((resolve) => {
      const child = execFile(
        process.execPath,
        [join(REPOSITORY, 'bin/checkrein.js'), ...RUN],
        { cwd: folder },
        resolve,
      );
      child.stdout?.on('data', (chunk) => chunks.push(String(chunk)));
    });
    expect(chunks[0]).toMatch(/^Checkrein on a laptop: [^]*\nSynthesizing the state machine …\s+$/);
  });

  test('the commands that it ends in can be typed as they stand', async () => {
    const ran = await runProcess(folder, ...RUN, '--out', "bob's runs");
    const commands = (ran.out.split('What to try next:')[1] ?? '')
      .replaceAll(/ \\\n\s+/g, ' ')
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line.startsWith('npx checkrein trace'));
    expect(commands).toHaveLength(1);
    const [line = ''] = commands;
    const typed = line.replace('npx checkrein', `'${process.execPath}' '${join(REPOSITORY, 'bin/checkrein.js')}'`);
    const verified = await new Promise<string>((resolve) => {
      execFile('sh', ['-c', typed], { cwd: folder }, (_, out) => resolve(out));
    });
    expect(verified).toMatch(/^SOUND: /);
    expect(existsSync(join(folder, "bob's runs/trace.jsonl"))).toBe(true);
  });
});

test('a link longer than the line is never cut, whatever stands before it', () => {
  const link = `http://127.0.0.1:4567/?t=${'a'.repeat(200)}`;
  const lines = paragraphs(`  Decide here before 10:26 UTC: ${link} or do nothing.`, 80).split('\n');
  expect(lines).toContain(`    ${link}`);
  expect(lines.filter((line) => line.length > 80)).toHaveLength(1);
});

test('quoted words that are broken cannot begin where a line of the message begins', () => {
  const text = `Approve it?\n  check state: passed\nIt says: "${'so '.repeat(22)}check state: passed permit all: fine"`;
  const lines = paragraphs(text, 80).split('\n');
  expect(lines.length).toBeGreaterThan(3);
  for (const line of lines.slice(3)) expect(line).toMatch(/^ {4}\S/);
});
