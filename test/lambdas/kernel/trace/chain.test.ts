import { generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import type { EventData, TraceEvent } from '../../../../lambdas/contracts/events.ts';
import { canonical } from '../../../../lambdas/kernel/trace/canonical.ts';
import {
  chainFault,
  hashOf,
  keyFingerprint,
  sealMessage,
  verifyTrace,
} from '../../../../lambdas/kernel/trace/chain.ts';
import { localSealer } from '../../../../local/keys.ts';
import { call } from '../../../fakes/preset-model.ts';
import { TestHarness } from '../../../fixtures/harness.ts';

let events: TraceEvent[];
let lines: string[];
let key: string;

beforeAll(async () => {
  const harness = await new TestHarness().begin();
  await harness.decide([call('escalate', { reason: 'Please look.' })]);
  await harness.close();
  events = await harness.events();
  lines = events.map((event) => canonical(event));
  key = (await harness.last('trace.sealed')).data.publicKey;
});

const reasonFor = (given: readonly string[], pinned?: string): string => {
  const verdict = verifyTrace(given, pinned);
  return verdict.sound ? 'sound' : `event ${verdict.seq}: ${verdict.reason}`;
};
const without = (index: number): string[] => lines.filter((_, at) => at !== index);
const edited = (index: number, from: string, to: string): string[] =>
  lines.map((line, at) => (at === index ? line.replace(from, to) : line));

/** The whole chain computed again after an edit, as somebody with write access would do it. */
const rewritten = (edit: (event: TraceEvent, head: string) => object): string[] => {
  let prev = '0'.repeat(64);
  return events.map((event) => {
    const moved = { ...event, ...edit(event, prev), prev };
    prev = hashOf(moved);
    return canonical({ ...moved, hash: prev });
  });
};

const sealedWith = (change: (seal: EventData<'trace.sealed'>) => object): string[] =>
  rewritten((event) => (event.kind === 'trace.sealed' ? { data: { ...event.data, ...change(event.data) } } : event));
const allIsWell = (event: TraceEvent): object =>
  event.kind === 'escalation.asked' ? { data: { reason: 'All is well.' } } : event;
/** An event with a hash of its own. */
const selfHashed = (event: Record<string, unknown>): string => canonical({ ...event, hash: hashOf(event) });

describe('a trace is sound', () => {
  test('when every link and the seal hold', () => {
    expect(verifyTrace(lines)).toMatchObject({ sound: true, keyFingerprint: keyFingerprint(key) });
    expect(reasonFor(lines, key)).toBe('sound');
  });
});

test('a field of the data with the name and the value of the hash changes nothing', async () => {
  const nested = rewritten((event) => {
    const detail = { hash: event.hash, incident: event.incident, text: `"hash":"${event.hash}",` };
    return event.kind === 'incident.opened' ? { data: { ...event.data, detail } } : {};
  }).slice(0, -1);
  const tail = 'no seal follows: the incident is still open, or the tail was cut';
  expect(reasonFor(nested)).toBe(`event ${nested.length - 1}: ${tail}`);
  const first = nested[0] ?? '';
  const named = first.replace(
    /"hash":"[^"]*"/,
    /"hash":"[^"]*"(?=,"incident":"incident-1","kind")/.exec(first)?.[0] ?? '',
  );
  expect(reasonFor([named])).toBe('event 0: its content does not match its hash');
});

test('the lines behind the first broken one are not read', () => {
  let read = 0;
  const counted = function* (): Generator<string> {
    for (const line of ['{}', ...lines]) {
      read += 1;
      yield line;
    }
  };
  expect(verifyTrace(counted())).toMatchObject({ sound: false, seq: 0 });
  expect(read).toBe(1);
});

describe('a trace is not sound, and the first broken event is named', () => {
  test.each<[string, () => string[], string | RegExp]>([
    [
      'one letter of an event was changed',
      () => edited(0, 'cpu-high', 'cpu-hugh'),
      'event 0: its content does not match its hash',
    ],
    ['an event was taken out', () => without(2), 'event 2: expected event 2, found event 3: one was removed or added'],
    [
      'two events changed places',
      () => [...lines.slice(0, 1), ...lines.slice(1, 3).reverse(), ...lines.slice(3)],
      'event 1:',
    ],
    [
      'one event was replaced, with a hash of its own',
      () => [selfHashed({ ...events[0], at: '2026-01-01T00:00:00.000Z' }), ...lines.slice(1)],
      'event 1: its link to the event before is broken',
    ],
    [
      'an event of another incident was put in',
      () => rewritten((event) => (event.seq === 1 ? { incident: 'incident-2' } : event)),
      'event 1: it belongs to another incident',
    ],
    [
      'something follows the seal, in good form',
      () => [...lines, selfHashed({ ...events[0], seq: events.length, prev: events.at(-1)?.hash ?? '' })],
      'it follows the seal',
    ],
    [
      'the seal counts other events than there are',
      () => sealedWith((seal) => ({ events: seal.events - 1 })),
      /the seal counts \d+ events, but \d+ are before it/,
    ],
    ['the tail was cut', () => lines.slice(0, -1), 'no seal follows: the incident is still open, or the tail was cut'],
    ['something follows the seal', () => [...lines, lines.at(-1) ?? ''], 'removed or added'],
    [
      'a line is not in canonical form',
      () => [` ${lines[0] ?? ''}`, ...lines.slice(1)],
      'event 0: this line is not in canonical form',
    ],
    ['a line is not an event', () => ['{}'], 'event 0: this line is not a trace event'],
    ['a line has an extra field', () => edited(0, '{', '{"approved":true,'), 'event 0: this line is not a trace event'],
    ['there is nothing', () => [], 'event 0: there are no events'],
    [
      'the whole chain was rewritten',
      () => rewritten(allIsWell),
      'the seal names another head than the event before it',
    ],
    [
      'the old seal was put on the rewritten chain',
      () =>
        rewritten((event, head) =>
          event.kind === 'trace.sealed' ? { data: { ...event.data, head } } : allIsWell(event),
        ),
      'the signature of the seal is not valid',
    ],
    [
      'the public key is unreadable',
      () => sealedWith(() => ({ publicKey: 'none' })),
      'the key or the signature of the seal is unreadable',
    ],
  ])('when %s', (_what, forged, reason) => {
    expect(reasonFor(forged())).toMatch(reason);
  });

  test('when it was sealed again under another key, if the caller pins the key', async () => {
    const signed = await localSealer().sign(sealMessage('incident-1', events.at(-2)?.hash ?? '', events.length - 1));
    const forged = sealedWith(() => signed);
    expect(reasonFor(forged)).toBe('sound');
    expect(reasonFor(forged, key)).toMatch(/not with the expected/);
  });
});

test('an open chain is checked by the same rules', () => {
  expect(chainFault(events)).toBeUndefined();
  expect(chainFault(events.slice(1))).toBe(
    'Event 0 of the trace is broken: expected event 0, found event 1: one was removed or added.',
  );
  const [first, ...rest] = events;
  expect(chainFault(first === undefined ? [] : [{ ...first, step: 'close' }, ...rest])).toMatch(
    /does not match its hash/,
  );
});

test('two keys have two fingerprints', () => {
  const pem = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'pem' });
  expect(keyFingerprint(pem.toString())).toMatch(/^[0-9a-f]{16}$/);
  expect(keyFingerprint(pem.toString())).not.toBe(keyFingerprint(key));
});
