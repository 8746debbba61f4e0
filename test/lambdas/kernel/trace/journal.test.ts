import { describe, expect, test } from 'vitest';
import { ERROR } from '../../../../lambdas/contracts/error-names.ts';
import { chainFault } from '../../../../lambdas/kernel/trace/chain.ts';
import { Journal } from '../../../../lambdas/kernel/trace/journal.ts';
import { MemoryLedger } from '../../../fakes/memory-ledger.ts';
import { ManualClock } from '../../../fakes/small-ports.ts';

const ask = (reason: string) => () => ({ data: { reason } });

const desk = () => {
  const ledger = new MemoryLedger();
  const clock = new ManualClock('2026-11-20T09:00:00.000Z');
  const open = (step = 'decide', seq = 0): Promise<Journal> =>
    Journal.open({ ledger, clock }, step, { incidentId: 'incident-1', seq });
  const reasons = async (): Promise<string[]> =>
    (await ledger.events('incident-1')).map(({ kind, data }) => ('reason' in data ? data.reason : kind));
  return { ledger, clock, open, reasons };
};

const SEAL = {
  head: '',
  events: 0,
  algorithm: 'ECDSA_SHA_256' as const,
  keyId: 'key',
  publicKey: 'key',
  signature: 'signature',
};

describe('a step that is tried again', () => {
  test('gets what it recorded, and does not produce it again', async () => {
    const { open } = desk();
    const first = await (await open()).once('escalation.asked', ask('first'));
    const again = await (await open()).once('escalation.asked', () => Promise.reject(new TypeError('produced again')));
    expect(first.replayed).toBe(false);
    expect(again).toEqual({ event: first.event, replayed: true });
  });

  test('goes on after the last of its own events', async () => {
    const { open, reasons } = desk();
    await (await open()).once('escalation.asked', ask('one'));
    const journal = await open();
    await journal.once('escalation.asked', ask('one, again'));
    await journal.once('escalation.asked', ask('two'));
    expect(await reasons()).toEqual(['one', 'two']);
  });

  test('skips what its first attempt found redundant', async () => {
    const { open, reasons } = desk();
    await (await open('page', 0)).once('escalation.asked', ask('asked by the page'));
    const attempt = async (): Promise<void> => {
      const journal = await open('approve', 0);
      const asked = await journal.onceUnless(
        'escalation.asked',
        (events) => events.some((event) => event.kind === 'escalation.asked'),
        ask('asked again'),
      );
      expect(asked).toBeUndefined();
      await journal.once('incident.attached', () => ({ data: { eventId: 'e', copy: 1 } }));
    };
    await attempt();
    await attempt();
    expect(await reasons()).toEqual(['asked by the page', 'incident.attached']);
  });

  test('does not mistake the events of another entry into the step for its own', async () => {
    const { open, reasons } = desk();
    await (await open('decide', 0)).once('escalation.asked', ask('first entry'));
    await (await open('decide', 1)).once('escalation.asked', ask('second entry'));
    expect(await reasons()).toEqual(['first entry', 'second entry']);
  });

  test('sees the events before it as its first attempt saw them', async () => {
    const { open } = desk();
    await (await open('open', 0)).once('escalation.asked', ask('before'));
    const journal = await open('decide', 1);
    await journal.once('escalation.asked', ask('own'));
    await (await open('attach', 2)).once('incident.attached', () => ({ data: { eventId: 'e', copy: 1 } }));
    expect((await open('decide', 1)).eventsBefore).toHaveLength(1);
  });

  test('and takes another branch than its first attempt is a bug, and names the event', async () => {
    const { open } = desk();
    await (await open()).once('escalation.asked', ask('a human'));
    const retry = (await open()).once('incident.attached', () => ({ data: { eventId: 'e', copy: 1 } }));
    await expect(retry).rejects.toMatchObject({
      name: ERROR.traceDiverged,
      message: 'On a retry, decide wanted to record incident.attached where event 0 is escalation.asked.',
    });
  });
});

describe('two writers of one sequence number', () => {
  test('of different steps are both recorded, one after the other, and the chain holds', async () => {
    const { ledger, open, reasons } = desk();
    const [one, other] = await Promise.all([open('decide'), open('attach')]);
    await Promise.all([one.once('escalation.asked', ask('one')), other.once('escalation.asked', ask('other'))]);
    expect((await reasons()).sort()).toEqual(['one', 'other']);
    expect(chainFault(await ledger.events('incident-1'))).toBeUndefined();
    expect([one.seq, other.seq].sort()).toEqual([1, 2]);
  });

  test('that are attempts of one step leave one event, and both go on from it', async () => {
    const { open, reasons } = desk();
    const twins = await Promise.all([open(), open()]);
    const [one, other] = await Promise.all(
      twins.map((journal, n) => journal.once('escalation.asked', ask(`twin ${n}`))),
    );
    expect(one?.event).toEqual(other?.event);
    expect([one?.replayed, other?.replayed].sort()).toEqual([false, true]);
    expect(await reasons()).toHaveLength(1);
  });

  test('that write equal events are told apart all the same', async () => {
    const { open } = desk();
    const twins = await Promise.all([open(), open()]);
    const answers = await Promise.all(twins.map((journal) => journal.once('escalation.asked', ask('the same'))));
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
  });

  test('do not produce an expensive answer twice', async () => {
    const { open } = desk();
    const [journal, foreign] = await Promise.all([open(), open('attach')]);
    await foreign.once('incident.attached', () => ({ data: { eventId: 'e', copy: 1 } }));
    let produced = 0;
    const { event } = await journal.once('escalation.asked', () => {
      produced += 1;
      return { data: { reason: 'dear' } };
    });
    expect([produced, event.seq]).toEqual([1, 1]);
  });
});

describe('the head of the chain', () => {
  test('is read again when another writer was faster', async () => {
    const { open } = desk();
    const [journal, foreign] = await Promise.all([open('close'), open('attach')]);
    const { event: attached } = await foreign.once('incident.attached', () => ({ data: { eventId: 'e', copy: 1 } }));
    const heads: string[] = [];
    await journal.onceAtHead('trace.sealed', () => {
      heads.push(journal.head);
      return { data: { ...SEAL, head: journal.head, events: journal.seq } };
    });
    expect(heads).toEqual(['0'.repeat(64), attached.hash]);
  });

  test('under a seal takes no more events from any writer', async () => {
    const { open } = desk();
    const late = await open('attach');
    const journal = await open('close');
    await journal.once('trace.sealed', () => ({ data: SEAL }));
    await expect(journal.once('escalation.asked', ask('late'))).rejects.toMatchObject({ name: 'TraceSealed' });
    await expect(late.once('escalation.asked', ask('late'))).rejects.toMatchObject({ name: 'TraceSealed' });
  });

  test('decides whether an event is needed at all', async () => {
    const { open, reasons } = desk();
    const [journal, faster] = await Promise.all([open('decide'), open('attach')]);
    await faster.once('escalation.asked', ask('said already'));
    const recorded = await journal.onceUnless('escalation.asked', (events) => events.length > 0, ask('needless'));
    expect(recorded).toBeUndefined();
    expect(await reasons()).toEqual(['said already']);
  });
});

test('half a character, as a cut leaves it, is recorded as a replacement character', async () => {
  const { open, reasons } = desk();
  await (await open()).once('escalation.asked', ask('🐴'.slice(0, 1)));
  expect(await reasons()).toEqual(['\uFFFD']);
});

test('an event that the registry does not know is a bug, and is not recorded', async () => {
  const { open, reasons } = desk();
  const malformed = { reason: 'x', mood: 'bad' };
  await expect((await open()).once('escalation.asked', () => ({ data: malformed }))).rejects.toMatchObject({
    name: ERROR.contractBroken,
  });
  expect(await reasons()).toEqual([]);
});
