import { generateKeyPairSync, sign } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import type { TraceEvent } from '../../lambdas/contracts/events.ts';
import { canonical, sha256 } from '../../lambdas/kernel/trace/canonical.ts';
import { GENESIS, sealMessage } from '../../lambdas/kernel/trace/chain.ts';

/** Longer ones would make the trace of a real incident out of a few kinds of events. */
const LONGEST = 1200;
const CHUNK = 500;

/**
 * Writes a sound trace of so many events: those of a real incident, over and over, chained anew and sealed. Returns its bytes.
 */
export const writeLongTrace = (file: string, events: readonly TraceEvent[], count: number): number => {
  const models = events.filter((event) => event.kind !== 'trace.sealed' && canonical(event).length <= LONGEST);
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const incident = events[0]?.incident ?? '';
  const output = openSync(file, 'w');
  let prev = GENESIS;
  let bytes = 0;
  let lines: string[] = [];
  const flush = (): void => {
    const text = lines.join('');
    bytes += Buffer.byteLength(text);
    writeSync(output, text);
    lines = [];
  };
  const write = (draft: Readonly<Record<string, unknown>>): void => {
    const rest = Object.fromEntries(Object.entries(draft).filter(([field]) => field !== 'hash'));
    const hash = sha256(canonical(rest));
    lines.push(`${canonical({ ...rest, hash })}\n`);
    prev = hash;
    if (lines.length === CHUNK) flush();
  };
  for (let seq = 0; seq < count - 1; seq += 1) write({ ...models[seq % models.length], seq, prev });
  const at = events.at(-1)?.at ?? '';
  const data = {
    head: prev,
    events: count - 1,
    algorithm: 'ECDSA_SHA_256',
    keyId: 'bench',
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }),
    signature: sign('sha256', sealMessage(incident, prev, count - 1), privateKey).toString('base64'),
  };
  write({ incident, seq: count - 1, at, step: 'close', from: count - 1, kind: 'trace.sealed', data, prev });
  flush();
  closeSync(output);
  return bytes;
};
