import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, expect, test } from 'vitest';
import { ERROR } from '../../../../lambdas/contracts/error-names.ts';
import { StepError } from '../../../../lambdas/contracts/errors.ts';
import { isTraceEvent, type TraceEvent } from '../../../../lambdas/contracts/events.ts';
import { isToldKind } from '../../../../lambdas/contracts/told-events.ts';
import { momentsOf } from '../../../../lambdas/kernel/trace/moment.ts';
import { publish } from '../../../../lambdas/moments/publish/publish.ts';
import { MemoryLedger } from '../../../fakes/memory-ledger.ts';
import { RecordedBus } from '../../../fakes/small-ports.ts';
import { like } from '../../../fixtures/matchers.ts';

const PAGE = 'https://approve.example.com';
const trace = readFileSync(join(import.meta.dirname, '../../../fixtures/traces/fix-does-not-help/trace.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line): unknown => JSON.parse(line))
  .filter(isTraceEvent);
const told = trace.filter(({ kind }) => isToldKind(kind));
const ids = momentsOf(trace, PAGE).map(({ id }) => JSON.stringify(id));

let ledger = new MemoryLedger();
let bus = new RecordedBus();
let problems: string[] = [];
beforeEach(async () => {
  [ledger, bus, problems] = [new MemoryLedger(), new RecordedBus(), []];
  for (const event of trace) await ledger.append(event);
});
const ports = () => ({ ledger, bus, pageUrl: PAGE, onProblem: (says: string) => problems.push(says) });

const recordOf = ({ incident, seq }: Pick<TraceEvent, 'incident' | 'seq'>, eventName = 'INSERT') => ({
  eventID: `e-${seq}`,
  eventName,
  eventSource: 'aws:dynamodb',
  dynamodb: {
    Keys: { pk: { S: `incident#${incident}` }, sk: { S: `event#${String(seq).padStart(6, '0')}` } },
    NewImage: { kind: { S: 'x' } },
    SequenceNumber: String(1000 + seq),
  },
});
const streamOf = (events: readonly Pick<TraceEvent, 'incident' | 'seq'>[]) => ({
  Records: events.map((event) => recordOf(event)),
});
const sent = () =>
  bus.taken.flatMap(({ detailType, detail }) =>
    detailType === 'approval.waiting' ? [] : [JSON.stringify(detail['id'])],
  );

test('every moment of the incident is put on the bus, under its kind', async () => {
  expect(await publish(streamOf(told), ports())).toEqual({ batchItemFailures: [] });
  expect(sent()).toEqual(ids);
  expect(new Set(bus.taken.map(({ source }) => source))).toEqual(new Set(['checkrein']));
  expect(bus.taken[0]).toMatchObject({ detailType: 'incident.opened', detail: { moment: 'incident.opened' } });
  expect(problems).toEqual([]);
});

test('who listened to approval.waiting hears it as before, without a link', async () => {
  await publish(streamOf(told), ports());
  const waiting = bus.taken.filter(({ detailType }) => detailType === 'approval.waiting');
  expect(waiting).toMatchObject([
    {
      detail: {
        version: '1',
        reminder: 0,
        needed: 1,
        tool: 'resize_instance',
        target: { environment: 'production' },
        subject: { kind: 'alarm' },
      },
    },
  ]);
  expect(waiting[0]?.resources.join()).toMatch(/^arn:aws:ec2:/);
  expect(waiting[0]?.detail['target']).toHaveProperty('arn', waiting[0]?.resources[0]);
  expect(JSON.stringify(waiting)).not.toMatch(/https?:/);
});

test('records that come twice, late and in any order give the same moments, each with the same content', async () => {
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray([...told, ...told], { minLength: told.length }), async (records) => {
      bus = new RecordedBus();
      await publish(streamOf([...records, ...told]), ports());
      expect(new Set(sent())).toEqual(new Set(ids));
      const contents = new Set(bus.taken.map(({ detailType, detail }) => `${detailType} ${JSON.stringify(detail)}`));
      expect(contents.size).toBe(ids.length + 1);
    }),
    { numRuns: 30 },
  );
});

test('what the bus does not take is delivered again from there, and nothing after it goes before it', async () => {
  const [, , refused] = told;
  bus.rejects = ({ detail }) => detail['seq'] === refused?.seq;
  const { batchItemFailures } = await publish(streamOf(told), ports());
  expect(batchItemFailures).toEqual([{ itemIdentifier: String(1000 + (refused?.seq ?? 0)) }]);
  expect(problems).toEqual(['The event bus did not take a moment (the bus is gone). It is delivered again.']);
  bus.rejects = () => false;
  await publish(streamOf(told.slice(2)), ports());
  expect(sent()).toEqual(ids);
});

test('a ledger that does not answer is asked again later', async () => {
  const gone = {
    events: async () => Promise.reject(new StepError(ERROR.ledgerUnavailable, 'The ledger is busy.', 'Wait.')),
  };
  const { batchItemFailures } = await publish(streamOf(told), { ...ports(), ledger: gone });
  expect(batchItemFailures).toEqual([{ itemIdentifier: String(1000 + (told[0]?.seq ?? 0)) }]);
  expect(problems).toEqual(['The ledger is busy. It is delivered again.']);
});

test('an event that can never be a moment is reported in words, and does not hold up the others', async () => {
  const corrupt = {
    events: async (incident: string) =>
      incident === 'other'
        ? Promise.reject(new StepError(ERROR.traceCorrupt, 'the stored line is not JSON', 'Look.'))
        : ledger.events(incident),
  };
  const records = streamOf([{ incident: 'other', seq: 3 }, ...told]);
  expect(await publish(records, { ...ports(), ledger: corrupt })).toEqual({ batchItemFailures: [] });
  expect(bus.taken[0]).toMatchObject({
    detailType: 'moment.lost',
    detail: { incidentId: 'other', seq: 3, says: 'This event could not be made a moment: the stored line is not JSON' },
  });
  expect(sent().slice(1)).toEqual(ids);
});

test('a moment that is larger than the bus takes is reported, and does not hold up the others', async () => {
  const asked = trace.find(({ kind }) => kind === 'approval.asked');
  const long = trace.map((event): unknown =>
    event === asked
      ? { ...event, data: { ...event.data, expiresAt: `2026-11-20T10:26:00.${'0'.repeat(300_000)}Z` } }
      : event,
  );
  const padded = { events: async () => long.filter(isTraceEvent) };
  bus.rejects = (entry) => JSON.stringify(entry).length > 256 * 1024;
  const { batchItemFailures } = await publish(streamOf(told), { ...ports(), ledger: padded });
  expect(batchItemFailures).toEqual([]);
  expect(bus.taken.find(({ detailType }) => detailType === 'moment.lost')?.detail).toMatchObject({
    seq: asked?.seq,
    says: like('more than the 245760 that a moment may have'),
  });
  expect(bus.taken.at(-1)?.detailType).toBe('incident.closed');
});

test('a trace that has expired tells nothing, and the log says so', async () => {
  expect(await publish(streamOf([{ incident: 'old', seq: 4 }]), ports())).toEqual({ batchItemFailures: [] });
  expect(bus.taken).toEqual([]);
  expect(problems).toEqual(['The trace of this event has expired, so there is no moment.']);
});

test('a record that is not of a new trace event is left out, in words', async () => {
  const [first = { incident: '', seq: 0 }] = told;
  const strange = recordOf(first);
  const records = [
    recordOf(first, 'REMOVE'),
    { ...strange, dynamodb: { ...strange.dynamodb, Keys: { pk: { S: 'approval#a' }, sk: { S: 'question' } } } },
    { ...strange, dynamodb: { ...strange.dynamodb, Keys: 7 } },
  ];
  expect(await publish({ Records: records }, ports())).toEqual({ batchItemFailures: [] });
  expect(bus.taken).toEqual([]);
  expect(problems).toHaveLength(3);
});

test.each([[undefined], [{ Records: 'x' }], [{ Records: [{ eventSource: 'aws:sqs' }] }]])(
  '%j is refused: it is not of a stream',
  async (event) => {
    await expect(publish(event, ports())).rejects.toThrow(/not an event of a DynamoDB stream/);
  },
);
