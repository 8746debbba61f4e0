import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { ROOT, type BenchContext } from '../context.ts';
import type { Figure, Row } from '../figure.ts';
import { spreadOf } from '../noise.ts';
import { treeCpu } from '../tree-cpu.ts';

const Package = z.looseObject({ scripts: z.looseObject({ start: z.string(), synth: z.string() }) });

const scriptsIn = (folder: string) =>
  Package.parse(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))).scripts;

/** What the scripts run. npm itself is the same before and after. */
const startIn = (folder: string, out: string) => treeCpu(`${scriptsIn(folder).start} --out ${out}`, folder);
const synthIn = (folder: string, out: string) => treeCpu(`${scriptsIn(folder).synth} --output ${out}`, folder);

/** A round of synth takes more than half a minute of CPU, twice. */
const COMMANDS = [
  { name: 'npm start', run: startIn, rounds: 3, most: 0.55 },
  { name: 'synth', run: synthIn, rounds: 1, most: 0.4 },
] as const;

/** Row 10: what a developer waits for, against the same commands of an earlier commit. */
export const ownCommands = async (context: BenchContext): Promise<Row> => {
  const before = context.checkoutBefore();
  const figures: Figure[] = [];
  for (const { name, run, rounds, most } of COMMANDS) {
    const now: number[] = [];
    const then: number[] = [];
    for (let round = 0; round < Math.min(rounds, context.rounds); round += 1) {
      const out = (whose: string): string => join(context.folder, `${name.replace(' ', '-')}-${whose}-${round}`);
      if ('folder' in before) then.push(await run(before.folder, out('before')));
      now.push(await run(ROOT, out('now')));
      context.progress(`${name}, round ${round + 1}`);
    }
    figures.push({
      name,
      unit: 's',
      ours: spreadOf(now),
      ...(then.length > 0 && { peers: [{ name: `commit ${context.before}`, value: spreadOf(then).median }] }),
      aim: { most },
      aimOf: 'ratio',
    });
  }
  return {
    row: 10,
    title: '`npm start` and synth, all processes',
    figures,
    notes: 'missing' in before ? [before.missing] : [],
  };
};
