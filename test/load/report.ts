import type { LedgerUse } from './ledger-meter.ts';
import type { LoadReport } from './load-run.ts';
import type { Percentiles, LatencySummary } from './latency.ts';

/** Problems that are printed; the rest are only counted. */
const SHOWN = 20;

const row = (label: string, value: string): string => `  ${label.padEnd(38)}${value}`;

const seconds = ({ p50, p95, p99 }: Percentiles): string => `p50 ${p50} s   p95 ${p95} s   p99 ${p99} s`;

const timeRows = (label: string, { wall, clock }: LatencySummary): string[] => [
  row(`${label}, on this machine`, seconds(wall)),
  row(`${label}, by the incident's clock`, seconds(clock)),
];

/** One line per operation, with its use per incident (or copy). */
const ledgerRows = (use: readonly LedgerUse[], count: number): string[] => {
  const each = (total: number): string => (total / count).toFixed(1);
  const sum = (of: readonly LedgerUse[]): number => of.reduce((all, one) => all + one.units, 0);
  const isRead = ({ operation }: LedgerUse): boolean => /^(GetItem|Query) /.test(operation);
  return [
    row(
      'read units, write units each',
      `${each(sum(use.filter(isRead)))}, ${each(sum(use.filter((one) => !isRead(one))))}`,
    ),
    ...use
      .filter(({ requests }) => requests / count >= 0.05)
      .map(({ operation, requests, units }) =>
        row(`  ${operation}`, `${each(requests)} requests, ${each(units)} units`),
      ),
  ];
};

const stormSection = ({ storm, ledger, options }: LoadReport): string[] => {
  const share = ((100 * storm.closedInOrder) / options.incidents).toFixed(2);
  return [
    `${options.incidents} incidents at once, over ${options.alarms} alarms`,
    row('closed as expected, sealed, verified', `${storm.closedInOrder} of ${options.incidents} (${share} %)`),
    row('deliveries', `${storm.deliveries}: ${storm.redeliveries} redelivered, ${storm.copies} copies`),
    row('copies counted on traces', `${storm.copiesCounted} of ${storm.copies}`),
    row('took', `${storm.seconds.toFixed(0)} s, ${Math.round(storm.events / storm.seconds)} trace events a second`),
    ...timeRows('to proposal', storm.toProposal),
    ...timeRows('to close', storm.toClose),
    'Ledger, per incident',
    ...ledgerRows(ledger, options.incidents),
  ];
};

const copiesSection = ({ copies, copiesLedger }: LoadReport): string[] =>
  copies === undefined
    ? []
    : [
        `${copies.delivered} copies of one alarm`,
        row('investigations', `${copies.investigations}, with ${copies.modelTurns} model turns`),
        row('counted, lines on the trace', `${copies.counted}, ${copies.linesOnTrace}`),
        row(
          'took',
          `${copies.seconds.toFixed(0)} s, ${Math.round(copies.delivered / copies.seconds)} executions a second`,
        ),
        'Ledger, per copy',
        ...ledgerRows(copiesLedger, copies.delivered),
      ];

const RELATED: Readonly<Record<LoadReport['related'][number]['relation'], string>> = {
  instance: 'different alarms on one instance',
  group: 'alarms on one metric, each on an instance of its own, of one group',
  metric: 'alarms on one metric, each on an instance of its own, of no group',
};

const relatedSection = ({ related }: LoadReport): string[] =>
  related.flatMap((one) => [
    `${one.delivered} ${RELATED[one.relation]}`,
    row('investigations', `${one.investigations}`),
    row('attached, lines on traces', `${one.attached}, ${one.linesOnTraces}`),
    row('took', `${one.seconds.toFixed(0)} s, ${Math.round(one.delivered / one.seconds)} executions a second`),
    'Ledger, per alarm',
    ...ledgerRows(one.ledger, one.delivered),
    '',
  ]);

const faultSection = ({ faults, options }: LoadReport): string[] =>
  options.faults
    ? ['Faults', ...Object.entries(faults).map(([name, count]) => row(name, `${count}`))]
    : ['Faults were off'];

const problemSection = ({ problems }: LoadReport): string[] =>
  problems.length === 0
    ? ['Nothing was lost, and every chain verifies.']
    : [
        `${problems.length} problems`,
        ...problems.slice(0, SHOWN).map((problem) => `  ${problem}`),
        ...(problems.length > SHOWN ? [`  … and ${problems.length - SHOWN} more`] : []),
      ];

/** The report as text. */
export const formatLoadReport = (report: LoadReport): string =>
  [
    stormSection(report),
    copiesSection(report),
    relatedSection(report),
    [
      'Alarms that fired again after their incident had closed',
      row('new incidents', `${report.returns.reopened} of ${report.returns.fired}`),
    ],
    faultSection(report),
    ['This process', row('heap at its peak', `${report.heapPeakMB} MB`)],
    problemSection(report),
  ]
    .filter((section) => section.length > 0)
    .map((section) => `${section.join('\n')}\n`)
    .join('\n');
