import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { MemoryLedger } from '../../fakes/memory-ledger.ts';
import type { BenchContext } from '../context.ts';
import type { Peer, Row } from '../figure.ts';
import { spreadOf } from '../noise.ts';
import { startParticipant, type Participant } from '../participant.ts';
import { play } from '../play.ts';
import { readOnlyStory } from '../story.ts';
import { transcriptOf } from '../transcript.ts';

const CHILDREN = join(import.meta.dirname, '../children');
const PEERS = join(import.meta.dirname, '../peers');
/** The commit of sre-harness that its figure is of. */
const SRE_HARNESS = '1747b19fd5d55d685fc2c91eb49f8774ad43beb4';

const Turn = z.object({ turn: z.number() });
const Ours = z.object({ readOnlyTurn: z.number(), proposingTurn: z.number(), approvedIncident: z.number() });

/** The files that participants play from: the transcript, and the events of the same incident. */
const writeFiles = async ({ folder, definitionOf }: BenchContext) => {
  const story = readOnlyStory(6);
  const ledger = new MemoryLedger();
  const events = await ledger.events(await play(story, { definition: definitionOf(story.rules), ledger }));
  const transcript = join(folder, 'transcript.json');
  const trace = join(folder, 'events.json');
  writeFileSync(transcript, JSON.stringify(transcriptOf(events)));
  writeFileSync(trace, JSON.stringify(events));
  return { transcript, trace };
};

const commitOf = (folder: string): string | undefined => {
  try {
    return execFileSync('git', ['-C', folder, 'rev-parse', 'HEAD'], { encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    return undefined;
  }
};

/** The peers that are there, warm, and a sentence for each one that is not. */
const startPeers = async (transcript: string, sreHarness: string) => {
  const peers: { name: string; participant: Participant<z.infer<typeof Turn>> }[] = [];
  const notes: string[] = [];
  const start = async (name: string, missing: string | undefined, command: string, args: string[]): Promise<void> => {
    try {
      if (missing === undefined) peers.push({ name, participant: await startParticipant(Turn, command, args) });
      else notes.push(`${name} was skipped: ${missing}.`);
    } catch (error) {
      notes.push(`${name} was skipped: ${error instanceof Error ? error.message.slice(0, 300) : String(error)}`);
    }
  };
  const commit = existsSync(join(sreHarness, 'src')) ? commitOf(sreHarness) : undefined;
  const missing = commit === SRE_HARNESS ? undefined : `${sreHarness} is no clone of it at commit ${SRE_HARNESS}`;
  await start('sre-harness', missing, 'python3', [join(PEERS, 'sre_harness_rounds.py'), sreHarness, transcript]);
  for (const [name, module, needs] of [
    ['openai-agents', 'openai-agents.mjs', '@openai/agents-core'],
    ['LangGraph.js', 'langgraph.mjs', '@langchain/langgraph'],
  ] as const) {
    const gone = existsSync(join(PEERS, 'node_modules', needs)) ? undefined : 'npm ci in test/bench/peers installs it';
    await start(name, gone, process.execPath, [join(PEERS, module), transcript]);
  }
  return { peers, notes };
};

/** Row 1: what a turn of the model costs in CPU besides the model. */
export const turnCpu = async (context: BenchContext): Promise<Row> => {
  const { transcript, trace } = await writeFiles(context);
  const floor = await startParticipant(Turn, process.execPath, [join(CHILDREN, 'floor.ts'), trace]);
  const { peers, notes } = await startPeers(transcript, context.sreHarness);
  const ours = await startParticipant(Ours, process.execPath, [join(CHILDREN, 'turn.ts')]);
  const rounds: { ours: z.infer<typeof Ours>; floor: number; peers: number[] }[] = [];
  try {
    for (let round = 0; round < context.rounds; round += 1) {
      const turns: number[] = [];
      for (const { participant } of peers) turns.push((await participant.round()).turn);
      rounds.push({ floor: (await floor.round()).turn, ours: await ours.round(), peers: turns });
      context.progress(`round ${round + 1} of ${context.rounds}`);
    }
  } finally {
    for (const started of [floor, ours, ...peers.map(({ participant }) => participant)]) started.stop();
  }
  const least: Peer = { name: 'record floor', value: spreadOf(rounds.map((round) => round.floor)).median };
  const others = peers.map(({ name }, index): Peer => {
    const values = rounds.map((round) => round.peers[index] ?? Number.NaN);
    return { name, value: spreadOf(values).median };
  });
  const of = (name: keyof z.infer<typeof Ours>) => spreadOf(rounds.map((round) => round.ours[name]));
  return {
    row: 1,
    title: 'CPU a turn, without ledger, interpreter and simulated account',
    figures: [
      {
        name: '(a) read-only incident ÷ turns',
        unit: 'µs',
        ours: of('readOnlyTurn'),
        peers: [least, ...others],
        // 390 µs where the floor takes 43.
        aim: { most: 9.1 },
        aimOf: 'ratio',
      },
      {
        name: '(b) a turn that proposes, one decision of Cedar',
        unit: 'µs',
        ours: of('proposingTurn'),
        peers: [least],
        // 600 µs where the floor takes 43.
        aim: { most: 14 },
        aimOf: 'ratio',
      },
      { name: '(c) approved incident, six turns', unit: 'µs', ours: of('approvedIncident'), peers: [least] },
    ],
    notes,
  };
};
