import type { BenchContext } from '../context.ts';
import { counted, type Figure, type Row } from '../figure.ts';
import { playOnLedger, totalsOf, type StepUse } from '../ledger-play.ts';
import { approvedStory, readOnlyStory } from '../story.ts';

const figure = (name: string, unit: string, value: number, most?: number): Figure => ({
  name,
  unit,
  ours: counted(value),
  keep: 'value',
  ...(most !== undefined && { aim: { most } }),
});

/** The invocations that look whether AWS is done with the change: all of Apply but the first. */
const isLook = ({ step }: StepUse, index: number, steps: readonly StepUse[]): boolean =>
  step === 'apply' && steps.slice(0, index).some((before) => before.step === 'apply');

/** Row 3: what an incident asks of the ledger, if every invocation is the first one of its function. */
export const ledgerUse = async ({ definitionOf, progress }: BenchContext): Promise<Row> => {
  const approved = await approvedStory();
  const { steps, answers, events } = await playOnLedger(approved, definitionOf(approved.rules), 'cold');
  progress('the approved incident was played');
  const readOnly = readOnlyStory(6);
  const reads = await playOnLedger(readOnly, definitionOf(readOnly.rules), 'cold');
  const looks = totalsOf(steps.filter(isLook).flatMap(({ use }) => use));
  const count = steps.filter(isLook).length;
  const all = totalsOf([...steps.flatMap(({ use }) => use), ...answers]);
  const cheap = totalsOf([...reads.steps.flatMap(({ use }) => use), ...reads.answers]);
  return {
    row: 3,
    title: 'Ledger of a six-turn incident, cold',
    figures: [
      figure('write units of the trace ÷ events', '', all.traceWrites.units / events.length, 1.1),
      figure('all write units ÷ events', '', all.writes.units / events.length, 2),
      figure('read requests, approved incident', '', all.reads.requests - looks.reads.requests, 28),
      figure('read units, approved incident', '', all.reads.units - looks.reads.units, 70),
      figure('read requests, read-only incident', '', cheap.reads.requests),
      figure('read units, read-only incident', '', cheap.reads.units),
      figure('read units of a look at a change in progress', '', looks.reads.units / count),
      figure('write units of the trace ÷ events, read-only', '', cheap.traceWrites.units / reads.events.length),
      figure('all write units ÷ events, read-only', '', cheap.writes.units / reads.events.length),
    ],
    notes: [
      `The approved incident has ${events.length} events and ${all.writes.units} write units; its ${count} looks at a change in progress are a figure of their own.`,
    ],
  };
};
