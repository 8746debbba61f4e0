/** Participant: the least that a hash-chained record of the same events costs: canonical form, hash, line. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import canonicalize from 'canonicalize';
import * as z from 'zod';
import { threadCpu } from '../cpu-meter.ts';
import { answerRounds } from '../rounds.ts';

const TURNS = 6;
const INCIDENTS = 60;

const events = z
  .array(z.record(z.string(), z.unknown()))
  .parse(JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')));
const drafts = events.map((event) => Object.fromEntries(Object.entries(event).filter(([field]) => field !== 'hash')));

const record = (): number => {
  let bytes = 0;
  let prev = '';
  for (const draft of drafts) {
    const text = canonicalize({ ...draft, prev }) ?? '';
    prev = createHash('sha256').update(text).digest('hex');
    bytes += Buffer.byteLength(`${text.slice(0, -1)},"hash":"${prev}"}\n`);
  }
  return bytes;
};

const round = (): { turn: number } => {
  const started = threadCpu();
  for (let count = 0; count < INCIDENTS; count += 1) record();
  return { turn: (threadCpu() - started) / INCIDENTS / TURNS };
};

for (let count = 0; count < 5; count += 1) round();
await answerRounds(round);
