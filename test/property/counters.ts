import type { TraceEvent } from '../../lambdas/contracts/events.ts';
import { callsOf } from '../../lambdas/kernel/trace/queries.ts';
import { CLUSTER_TOOL_NAMES } from './case/cluster-tools.ts';
import type { RecordedFact } from './recording.ts';
import { linksIn } from './fakes/people.ts';
import type { CaseRun } from './flow.ts';
import { plansMovedAway } from './invariants/moved-targets.ts';
import { countersOfProviders, countersOfQuestions, subjectCounters } from './seam-counters.ts';

/** How often something happened. A counter is named after what it counts. */
export type Counts = Record<string, number>;

const CHANGE_TOOLS = new Set([
  ...['resize_instance', 'reboot_instance', 'set_auto_scaling_capacity', 'set_flag'],
  ...CLUSTER_TOOL_NAMES,
]);
/** Agents without change tools: for alarms, and for events. */
const READ_ONLY = new Set(['triage', 'event-triage', 'questions']);

/** The counters that an event increments. */
const countersOfEvent = (event: TraceEvent): string[] => {
  switch (event.kind) {
    case 'model.called': {
      const ids = callsOf(event).map((call) => call.id);
      return [
        'model calls',
        ...ids.map(() => 'calls of the model'),
        ...(ids.length > 1 ? ['calls in parallel'] : []),
        ...(new Set(ids).size < ids.length ? ['calls with one id'] : []),
        ...(event.data.stopReason === 'max_tokens' ? ['answers cut off'] : []),
      ];
    }
    case 'budget.checked':
      return event.data.allowed ? [] : [`budget spent: ${event.data.which}`];
    case 'evidence.gathered':
      return ['evidence gathered'];
    case 'call.refused':
      return [
        `refused: ${event.data.check}`,
        ...(/ may not use the (namespace|cluster) /.test(event.data.reason)
          ? ['calls outside of the namespaces of the agent']
          : []),
      ];
    case 'proposal.judged':
    case 'plan.judged':
      return refusalsIn(event.data.checks);
    case 'apply.checked':
      return [
        ...refusalsIn(event.data.checks),
        ...(event.data.checks.at(-1)?.check === 'policy' ? ['changes refused by the facts of now: policy'] : []),
      ];
    case 'dry-run.finished':
      return event.data.made ? [] : ['refused: dry-run'];
    case 'approval.closed':
      if (event.data.breakGlass === true) return ['change freezes broken'];
      if (event.data.check !== undefined) return ['plans refused at their last approval'];
      return event.data.outcome === 'granted' ? [] : [`plans ${event.data.outcome}`];
    case 'grant.issued':
      return ['grants issued'];
    case 'apply.resumed':
      return [event.data.continues === true ? 'changes continued' : 'interrupted changes resumed'];
    case 'apply.waiting':
      return ['changes waited for'];
    case 'apply.finished':
      return countersOfResult(event.data);
    case 'breaker.tripped':
      return [event.data.scope.startsWith('agent:') ? 'breakers of agents tripped' : 'breakers of targets tripped'];
    case 'conclusion.reviewed':
      return [
        ...(event.data.numbersNotFound === undefined ? [] : ['invented numbers marked']),
        ...(event.data.accepted
          ? (event.data.conclusion?.plans ?? []).map(({ applied }) => `plans concluded as applied: ${String(applied)}`)
          : [
              'conclusions rejected',
              ...event.data.verdicts.flatMap(({ verifier, holds }) =>
                holds ? [] : [`conclusions rejected: ${verifier}`],
              ),
            ]),
      ];
    case 'incident.attached':
      return [event.data.alarm === undefined ? 'copies attached' : 'other alarms attached'];
    case 'follow-ups.due':
      return Array.from(
        { length: event.data.joined - event.data.due.length },
        () => 'alarms that were over at the close',
      );
    case 'incident.opened':
      return [
        ...subjectCounters(event),
        ...(event.data.follows === undefined ? [] : ['alarms that followed']),
        ...(READ_ONLY.has(event.data.agent) ? ['read-only incidents'] : []),
        ...(event.data.overCeiling === undefined ? [] : ['incidents over the budget of the day']),
      ];
    case 'incident.closed':
      return [`ended: ${event.data.outcome}`];
    case 'trace.sealed':
      return ['traces sealed'];
    default:
      return [];
  }
};

const refusalsIn = (checks: readonly { check: string; outcome: string; reason: string }[]): string[] =>
  checks.flatMap(({ check, outcome, reason }) => {
    if (outcome !== 'refused') return [];
    return [`refused: ${check}`, ...(reason.includes('used before') ? ['refused: grant used before'] : [])];
  });

const countersOfResult = (data: { outcome: string; purpose: string; error: { code: string } | null }): string[] => [
  'changes finished',
  ...(data.purpose === 'rollback' && data.outcome === 'applied' ? ['rollbacks'] : []),
  ...(data.outcome === 'unknown' ? ['changes of unknown outcome'] : []),
  ...(data.error?.code === 'InsufficientInstanceCapacity' ? ['capacity errors'] : []),
  ...(data.error?.code === 'SwitchedOff' ? ['interrupted changes not gone on with: switch'] : []),
];

const INJECTED: Readonly<Record<string, readonly string[]>> = {
  killed: ['functions killed'],
  'answer-lost': ['answers lost'],
  'direct-apply': ['direct calls of apply'],
  'direct-rollback': ['direct calls of rollback'],
  'forged-grant': ['forged grants'],
  'compromised-authorize': ['attacks by a compromised Authorize'],
  'compromised-authorize with a key': ['attacks by a compromised Authorize with a key'],
  'compromised-ask': ['approvals forged by Ask'],
  'killed after a call': ['functions killed', 'functions killed after a mutating call'],
  'write killed before': ['functions killed', 'writes that failed before'],
  'write killed after': ['functions killed', 'writes that failed after'],
  'write unavailable before': ['writes that failed before'],
  'write unavailable after': ['writes that failed after'],
  replayed: ['changes entered again'],
  'change twice at once': ['changes begun twice at once'],
  outage: ['model outages'],
};

/** The counters that an entry increments. */
const countersOfEntry = (entry: RecordedFact): string[] => {
  switch (entry.is) {
    case 'event':
      return ['events appended', ...countersOfEvent(entry.event)];
    case 'call':
      if (!entry.call.mutating || entry.call.dryRun) return [];
      return ['mutating calls', ...(entry.call.command === 'StopInstances' ? ['instances stopped'] : [])];
    case 'redeemed':
      return [
        entry.row['purpose'] === 'apply' ? 'grants redeemed to apply' : 'grants redeemed to roll back',
        ...(entry.row['approvedBy'] === 'policies' ? ['changes that policy let through'] : []),
      ];
    case 'joined':
      return [`alarms that joined: ${entry.why}`];
    case 'delivered':
      return entry.on === undefined ? [] : [`alarms delivered: ${entry.on}`];
    case 'switch':
      return ['switch turned'];
    case 'moved':
      return [`moved by hand: ${entry.of}`];
    case 'calendar':
      return entry.closed ? ['change freezes begun'] : [];
    case 'fault':
      return [...(INJECTED[entry.what] ?? [])];
    case 'receipt':
      return countersOfReceipt(entry.receipt, entry.detail);
    case 'message':
      return entry.message.about === 'receipt'
        ? ['receipts sent']
        : linksIn(entry.message.text).map(() => 'links sent');
    case 'impersonated':
      return ['links posted by Ask'];
    default:
      return [];
  }
};

const countersOfReceipt = (receipt: string, detail: string): string[] => {
  if (receipt === 'refused') return [`answers refused: ${detail}`];
  if (receipt !== 'http') return [];
  return [
    detail.startsWith('POST') || !detail.endsWith('200')
      ? detail.endsWith('403')
        ? 'links refused'
        : 'pages answered'
      : 'links opened',
  ];
};

/** Change calls by an agent without change tools. */
const readOnlyAttempts = ({ traces }: CaseRun): number =>
  [...traces.values()]
    .filter((trace) => trace.some((event) => event.kind === 'incident.opened' && READ_ONLY.has(event.data.agent)))
    .flat()
    .filter((event) => event.kind === 'call.refused' && CHANGE_TOOLS.has(event.data.tool)).length;

export const countsOf = (run: CaseRun): Counts => {
  const counts: Counts = {
    'change calls of read-only agents': readOnlyAttempts(run),
    'plans whose target moved': plansMovedAway(run).length,
    'two incidents on one target': run.testCase.delivery === 'two-alarms-at-once' ? 1 : 0,
    'duplicate deliveries': ['same-twice-at-once', 'copy-meanwhile', 'copy-at-once'].includes(run.testCase.delivery)
      ? 1
      : 0,
  };
  for (const name of [
    ...run.entries.flatMap(countersOfEntry),
    ...countersOfProviders(run),
    ...countersOfQuestions(run),
  ])
    counts[name] = (counts[name] ?? 0) + 1;
  return counts;
};

export const addCounts = (sum: Counts, more: Counts): void => {
  for (const [name, count] of Object.entries(more)) sum[name] = (sum[name] ?? 0) + count;
};
