import { generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import type { TraceEvent } from '../../../../lambdas/contracts/events.ts';
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

describe('a trace is sound', () => {
  test('when every link and the seal hold', () => {
    expect(verifyTrace(lines)).toMatchObject({ sound: true, keyFingerprint: keyFingerprint(key) });
    expect(reasonFor(lines, key)).toBe('sound');
  });
});

describe('a trace is not sound, and the first broken event is named', () => {
  test('when one letter of an event was changed', () => {
    expect(reasonFor(edited(0, 'cpu-high', 'cpu-hugh'))).toBe('event 0: its content does not match its hash');
  });

  test('when an event was taken out', () => {
    expect(reasonFor(without(2))).toBe('event 2: expected event 2, found event 3: one was removed or added');
  });

  test('when two events changed places', () => {
    expect(reasonFor([...lines.slice(0, 1), ...lines.slice(1, 3).reverse(), ...lines.slice(3)])).toMatch(/^event 1:/);
  });

  test('when one event was replaced, with a hash of its own', () => {
    const [first] = events;
    const anew = { ...first, at: '2026-01-01T00:00:00.000Z' };
    const forged = canonical({ ...anew, hash: hashOf(anew) });
    expect(reasonFor([forged, ...lines.slice(1)])).toBe('event 1: its link to the event before is broken');
  });

  test('when an event of another incident was put in', () => {
    const forged = rewritten((event) => (event.seq === 1 ? { incident: 'incident-2' } : event));
    expect(reasonFor(forged)).toBe('event 1: it belongs to another incident');
  });

  test('when something follows the seal, in good form', () => {
    const seal = events.at(-1);
    const after = { ...events[0], seq: events.length, prev: seal?.hash ?? '' };
    expect(reasonFor([...lines, canonical({ ...after, hash: hashOf(after) })])).toMatch(/it follows the seal/);
  });

  test('when the seal counts other events than there are', () => {
    const forged = rewritten((event) =>
      event.kind === 'trace.sealed' ? { data: { ...event.data, events: event.data.events - 1 } } : event,
    );
    expect(reasonFor(forged)).toMatch(/the seal counts \d+ events, but \d+ are before it/);
  });

  test('when the tail was cut', () => {
    expect(reasonFor(lines.slice(0, -1))).toMatch(/no seal follows: the incident is still open, or the tail was cut/);
  });

  test('when something follows the seal', () => {
    expect(reasonFor([...lines, lines.at(-1) ?? ''])).toMatch(/removed or added/);
  });

  test('when a line is not in canonical form', () => {
    expect(reasonFor([` ${lines[0] ?? ''}`, ...lines.slice(1)])).toBe('event 0: this line is not in canonical form');
  });

  test('when a line is not an event, or has an extra field', () => {
    expect(reasonFor(['{}'])).toBe('event 0: this line is not a trace event');
    expect(reasonFor(edited(0, '{', '{"approved":true,'))).toBe('event 0: this line is not a trace event');
  });

  test('when there is nothing', () => {
    expect(reasonFor([])).toBe('event 0: there are no events');
  });

  test('when the whole chain was rewritten', () => {
    const forged = rewritten((event) =>
      event.kind === 'escalation.asked' ? { data: { reason: 'All is well.' } } : event,
    );
    expect(reasonFor(forged)).toMatch(/the seal names another head than the event before it/);
  });

  test('when the old seal was put on the rewritten chain', () => {
    const forged = rewritten((event, head) =>
      event.kind === 'escalation.asked'
        ? { data: { reason: 'All is well.' } }
        : event.kind === 'trace.sealed'
          ? { data: { ...event.data, head } }
          : event,
    );
    expect(reasonFor(forged)).toMatch(/the signature of the seal is not valid/);
  });

  test('when it was sealed again under another key, if the caller pins the key', async () => {
    const signed = await localSealer().sign(sealMessage('incident-1', events.at(-2)?.hash ?? '', events.length - 1));
    const forged = rewritten((event) =>
      event.kind === 'trace.sealed' ? { data: { ...event.data, ...signed } } : event,
    );
    expect(reasonFor(forged)).toBe('sound');
    expect(reasonFor(forged, key)).toMatch(/not with the expected/);
  });

  test('when the public key is unreadable', () => {
    const forged = rewritten((event) =>
      event.kind === 'trace.sealed' ? { data: { ...event.data, publicKey: 'none' } } : event,
    );
    expect(reasonFor(forged)).toMatch(/the key or the signature of the seal is unreadable/);
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
