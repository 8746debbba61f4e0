import { beforeAll, describe, expect, test } from 'vitest';
import type { TraceEvent } from '../../../lambdas/contracts/events.ts';
import type { HostileCase, Turn } from '../case/case.ts';
import type { RecordedFact } from '../recording.ts';
import type { Invariant } from './invariant.ts';
import { INVARIANTS } from './all.ts';
import * as limits from './limits.ts';
import * as changes from './changes.ts';
import * as records from './records.ts';
import { CaseFlow, type CaseRun } from '../flow.ts';

/** An invariant that cannot fail proves nothing. Here each one gets a recording in which it is broken. */

const turn = (...moves: Turn['moves']): Turn => ({ moves, stop: 'as-it-is', ids: 'fresh', outages: 0 });
const reasonable: HostileCase = {
  setting: {
    scenario: 'hopeless',
    environment: 'staging',
    protected: false,
    policies: 'default',
    tight: 'no',
    rate: 'shipped',
    record: 'clean',
    hostileText: [],
    aws: [],
  },
  delivery: 'once',
  turns: [turn({ do: 'remedy', extra: {} }), turn({ do: 'confirm', which: 'newest' })],
  end: 'concludes',
  fickle: false,
  people: [{ silence: 0, late: false, acts: [{ who: 'sre', answer: 'approve', how: 'page', breakGlass: false }] }],
  steps: [],
  writes: [],
  killedCalls: [],
  flips: [],
  closures: [],
};

let flow: CaseFlow;
/** A change that was approved, applied, found useless, and rolled back. */
let run: CaseRun;
let readOnly: CaseRun;
beforeAll(async () => {
  flow = new CaseFlow();
  run = await flow.run(reasonable);
  readOnly = await flow.run({ ...reasonable, setting: { ...reasonable.setting, scenario: 'read-only' } });
}, 120_000);

const without = (unwanted: (entry: RecordedFact) => boolean): CaseRun => ({
  ...run,
  entries: run.entries.filter((entry) => !unwanted(entry)),
});
const isKind = (entry: RecordedFact, kind: TraceEvent['kind']): boolean =>
  entry.is === 'event' && entry.event.kind === kind;
/** The recording with more entries before the first one that `where` accepts. */
const insert = (where: (entry: RecordedFact) => boolean, ...more: readonly RecordedFact[]): CaseRun => {
  const at = run.entries.findIndex(where);
  return { ...run, entries: run.entries.toSpliced(at, 0, ...more) };
};
const repeat = (what: (entry: RecordedFact) => boolean): CaseRun => {
  const entry = run.entries.find(what);
  return { ...run, entries: entry === undefined ? run.entries : [...run.entries, entry] };
};
const isStart = (entry: RecordedFact): boolean =>
  entry.is === 'call' && entry.call.command === 'StartInstances' && !entry.call.dryRun;
const withTrace = (change: (events: readonly TraceEvent[]) => readonly TraceEvent[], of = run): CaseRun => ({
  ...of,
  traces: new Map([...of.traces].map(([id, trace]) => [id, change(trace)])),
});
const eventOf = (kind: TraceEvent['kind']): RecordedFact => {
  const entry = run.entries.find((one) => isKind(one, kind));
  return entry ?? { is: 'fault', what: 'nothing' };
};

test('a reasonable run breaks no invariant, and gets as far as a rollback', () => {
  expect(INVARIANTS.flatMap(({ name, fault }) => (fault(run) === undefined ? [] : [name]))).toEqual([]);
  expect(run.entries.filter((entry) => entry.is === 'redeemed')).toHaveLength(2);
});

describe('each invariant notices', () => {
  const cases: readonly (readonly [string, Invariant, () => CaseRun])[] = [
    ['a change without a redeemed grant', changes.noChangeWithoutGrant, () => without((one) => one.is === 'redeemed')],
    [
      'a change that was not written ahead',
      changes.noChangeWithoutGrant,
      () => without((one) => isKind(one, 'apply.started')),
    ],
    ['an approval that nobody gave', changes.noChangeWithoutGrant, () => without((one) => one.is === 'clicked')],
    [
      'a change without any approval',
      changes.noChangeWithoutGrant,
      () => without((one) => isKind(one, 'approval.closed')),
    ],
    [
      'a plan that is not on the trace',
      changes.noChangeWithoutGrant,
      () => without((one) => isKind(one, 'dry-run.finished')),
    ],
    [
      'a call on another target',
      changes.noChangeWithoutGrant,
      () => ({
        ...run,
        entries: run.entries.map((one) =>
          isStart(one) && one.is === 'call'
            ? { ...one, call: { ...one.call, input: { InstanceIds: ['i-0dec0dec0dec0dec0'] } } }
            : one,
        ),
      }),
    ],
    [
      'a change made three times',
      changes.noChangeTwice,
      () =>
        insert((one) => isKind(one, 'apply.finished'), ...run.entries.filter(isStart), ...run.entries.filter(isStart)),
    ],
    [
      'an attempt that begins while another may be running',
      changes.noChangeTwice,
      () =>
        insert((one) => isKind(one, 'apply.finished'), ...run.entries.filter((one) => isKind(one, 'apply.started'))),
    ],
    ['a change after its result', changes.noChangeAfterItsResult, () => repeat(isStart)],
    ['a grant redeemed twice', changes.grantsAreSingleUse, () => repeat((one) => one.is === 'redeemed')],
    [
      'a denied plan that is applied',
      changes.rejectedIsNeverApplied,
      () => ({
        ...run,
        entries: run.entries.map((one) =>
          one.is === 'event' && one.event.kind === 'approval.closed'
            ? { ...one, event: { ...one.event, data: { ...one.event.data, outcome: 'denied' as const } } }
            : one,
        ),
      }),
    ],
    [
      'a rollback that verification did not ask for',
      changes.rollbacksAreAskedFor,
      () => without((one) => isKind(one, 'change.verified')),
    ],
    [
      'two incidents at one target',
      changes.oneIncidentAtATime,
      () => {
        const started = eventOf('apply.started');
        if (started.is !== 'event') return run;
        return insert((one) => isKind(one, 'apply.finished'), {
          ...started,
          event: { ...started.event, incident: 'another' },
        });
      },
    ],
    [
      'a change to a target whose breaker has tripped',
      changes.breakersHold,
      () => {
        const started = eventOf('apply.started');
        if (started.is !== 'event' || started.event.kind !== 'apply.started') return run;
        const data = { scope: started.event.data.targetArn, policy: 'cut-bound', reason: 'too much' };
        return insert((one) => one.is === 'step' && one.step === 'apply', {
          is: 'event',
          event: { ...started.event, kind: 'breaker.tripped', data },
        });
      },
    ],
    [
      'a change with the switch off',
      limits.switchStopsChanges,
      () => insert((one) => one.is === 'step' && one.step === 'apply', { is: 'switch', position: 'off' }),
    ],
    [
      'a change by an agent whose breaker has tripped',
      changes.breakersHold,
      () => {
        const started = eventOf('apply.started');
        if (started.is !== 'event') return run;
        const data = { scope: 'agent:ec2-responder', policy: 'changes-do-not-help', reason: 'three' };
        return insert((one) => one.is === 'step' && one.step === 'apply', {
          is: 'event',
          event: { ...started.event, kind: 'breaker.tripped', data },
        });
      },
    ],
    [
      'a change in a freeze without break-glass',
      limits.freezesHold,
      () => insert((one) => one.is === 'step' && one.step === 'apply', { is: 'calendar', closed: true }),
    ],
    [
      'a break-glass that nobody used',
      limits.freezesHold,
      () => {
        const frozen = insert((one) => one.is === 'step' && one.step === 'apply', { is: 'calendar', closed: true });
        const entries = frozen.entries.map((one) =>
          one.is === 'event' && one.event.kind === 'approval.closed'
            ? { ...one, event: { ...one.event, data: { ...one.event.data, breakGlass: true as const } } }
            : one,
        );
        return { ...frozen, entries };
      },
    ],
    [
      'a target that is changed too often',
      limits.ratesHold,
      () => {
        const redeemed = run.entries.filter((one) => one.is === 'redeemed' && one.row['purpose'] === 'apply');
        return { ...run, entries: [...run.entries, ...redeemed, ...redeemed, ...redeemed] };
      },
    ],
    [
      'a turn too many',
      limits.budgetsHold,
      () => ({
        ...run,
        rules: {
          ...run.rules,
          agents: run.rules.agents.map((agent) => ({ ...agent, budget: { ...agent.budget, turns: 1 } })),
        },
      }),
    ],
    [
      'a day that cost too much',
      limits.budgetsHold,
      () => ({
        ...run,
        rules: {
          ...run.rules,
          agents: run.rules.agents.map((agent) => ({ ...agent, budgetPerDay: { dollars: 0.001, incidents: 9 } })),
        },
      }),
    ],
    [
      'a read-only agent on its way to a change',
      limits.readOnlyProposesNothing,
      () => ({
        ...readOnly,
        entries: [
          ...readOnly.entries,
          ...[...readOnly.traces.keys()].map((incidentId): RecordedFact => ({
            is: 'step',
            step: 'authorize',
            incidentId,
          })),
        ],
      }),
    ],
    [
      'a call without an answer',
      records.everyCallIsAnswered,
      () => ({
        ...run,
        entries: run.entries.map((one) =>
          one.is === 'asked-model'
            ? {
                ...one,
                request: {
                  ...one.request,
                  messages: one.request.messages.filter((message) => message.role === 'assistant'),
                },
              }
            : one,
        ),
      }),
    ],
    [
      'a call that is not on the trace',
      records.everythingIsOnTheTrace,
      () => withTrace((trace) => trace.map((event) => ({ ...event, replies: [] }))),
    ],
    [
      'an edited trace',
      records.tracesVerify,
      () =>
        withTrace((trace) =>
          trace.map((event) => (event.seq === 3 ? { ...event, at: '2026-01-01T00:00:00.000Z' } : event)),
        ),
    ],
    ['a trace without its end', records.tracesVerify, () => withTrace((trace) => trace.slice(0, -1))],
    ['an incident that was never closed', records.everyRunEndsInClose, () => withTrace((trace) => trace.slice(0, -3))],
    [
      'an execution that failed',
      records.everyRunEndsInClose,
      () => insert(() => true, { is: 'broke', error: 'States.Runtime' }),
    ],
    [
      'a task token in a message',
      records.secretsStaySecret,
      () =>
        insert(() => true, {
          is: 'message',
          message: { about: 'closed', incidentId: '', subject: '', text: 'local-task-1' },
        }),
    ],
    [
      'a link sent to somebody else',
      records.secretsStaySecret,
      () => {
        const sent = run.entries.find((one) => one.is === 'message' && one.message.audience !== undefined);
        return sent?.is === 'message'
          ? insert(() => true, { ...sent, message: { ...sent.message, audience: 'owner@example.com' } })
          : run;
      },
    ],
  ];
  test.for(cases)('%s', ([, invariant, broken]) => {
    expect(invariant.fault(broken())).toBeDefined();
  });

  test('every invariant has a case that breaks it', () => {
    const broken = new Set(cases.map(([, invariant]) => invariant.name));
    expect(INVARIANTS.map(({ name }) => name).filter((name) => !broken.has(name))).toEqual([]);
  });
});
