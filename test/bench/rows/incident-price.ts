import { ASSUMED, statesEntered, useOf } from '../../../docs/generators/cost-use.ts';
import { listPriceOf, type Priced } from '../../../docs/generators/prices.ts';
import type { MeasuredIncident } from '../../load/incident.ts';
import { measureIncident } from '../../load/incident.ts';
import type { BenchContext } from '../context.ts';
import { counted, type Figure, type Row } from '../figure.ts';
import { APPROVED, approvedStory } from '../story.ts';

const TURNS = 6;

/** A loop as one would write it first, on the same services: history in a table, a Choice behind each answer, 512 MB functions. */
const NAIVE = {
  turn: ['LoadHistory', 'CallModel', 'SaveHistory', 'WhatNext'],
  tool: ['RunTool'],
  change: ['Validate', 'Valid', 'AskApproval', 'Approved', 'Apply', 'Settle', 'CheckAlarm', 'Healed'],
  ends: ['ReadAlarm', 'Count', 'Report', 'Done'],
  gigabytes: 0.5,
} as const;

const naive = () => {
  const states = TURNS * NAIVE.turn.length + (TURNS - 1) + NAIVE.change.length + NAIVE.ends.length;
  const invocations = 2 * TURNS + 5;
  const seconds = TURNS * ASSUMED.secondsOfModel + invocations * ASSUMED.secondsOfWork;
  const use: [Priced, number][] = [
    ['transition', states],
    ['invocation', invocations],
    ['gigabyteSecond', seconds * NAIVE.gigabytes],
    // The history is written anew after each turn, and grows by about 3 KB each time.
    ['write', (3 * TURNS * (TURNS + 1)) / 2],
    ['read', TURNS * 3],
    ['email', 2],
    ['log', (invocations * ASSUMED.logKilobytes) / 1024 ** 2],
  ];
  return { states, usd: usdOf(use) };
};

const usdOf = (use: Iterable<readonly [Priced, number]>): number =>
  [...use].reduce((sum, [name, quantity]) => sum + listPriceOf(name, quantity), 0);

/** The incident as if AWS were done at once: Apply is entered one time. */
const withoutLooks = (measured: MeasuredIncident): MeasuredIncident => ({
  ...measured,
  steps: measured.steps.filter(
    ({ step }, index, steps) => step !== 'apply' || !steps.slice(0, index).some((before) => before.step === 'apply'),
  ),
});

/** Row 4: states and dollars of an approved incident with six turns, by the arithmetic of docs/cost.md. */
export const incidentPrice = async ({ definitionOf }: BenchContext): Promise<Row> => {
  const { rules, script } = await approvedStory();
  const definition = definitionOf(rules);
  const whole = await measureIncident(APPROVED, definition, script);
  const measured = withoutLooks(whole);
  const statesOf = ({ steps }: MeasuredIncident): number =>
    statesEntered(
      definition,
      steps.map(({ step }) => step),
    ).length;
  const looks = whole.steps.length - measured.steps.length;
  const peer = naive();
  const value = (figure: Omit<Figure, 'ours' | 'keep'>, ours: number): Figure => ({
    ...figure,
    ours: counted(ours),
    keep: 'value',
  });
  return {
    row: 4,
    title: 'States and dollars of an approved incident with six turns',
    figures: [
      value(
        { name: 'states', unit: '', peers: [{ name: 'naive', value: peer.states }], aim: { most: 27 } },
        statesOf(measured),
      ),
      value(
        { name: 'states of a wait for AWS', unit: '', aim: { most: 2 } },
        (statesOf(whole) - statesOf(measured)) / looks,
      ),
      value(
        {
          name: 'dollars without tokens and storage',
          unit: '$',
          peers: [{ name: 'naive', value: peer.usd }],
          aim: { most: 0.0013 },
        },
        usdOf(useOf(measured, definition)),
      ),
      value({ name: 'the same with waits for AWS', unit: '$' }, usdOf(useOf(whole, definition))),
      value(
        { name: 'states of a copy that joins', unit: '', aim: { most: 3 } },
        statesEntered(definition, ['open']).length,
      ),
    ],
    notes: [],
  };
};
