import { beforeAll, describe, expect, test } from 'vitest';
import type { TraceEvent } from '../../lambdas/contracts/events.ts';
import type { HostileCase, Turn } from './case.ts';
import type { RecordedFact } from './recording.ts';
import type { Invariant } from './invariants/invariant.ts';
import { INVARIANTS } from './invariants/all.ts';
import * as brakes from './invariants/limits.ts';
import * as changes from './invariants/changes.ts';
import * as records from './invariants/records.ts';
import { HostileFlow, type PlayedCase } from './play.ts';

/** An invariant that cannot fail proves nothing. Here each is shown a chronicle in which it was broken. */

const turn = (...moves: Turn['moves']): Turn => ({ moves, stop: 'as-it-is', ids: 'fresh', outages: 0 });
const calm: HostileCase = {
  setting: {
    story: 'hopeless',
    environment: 'staging',
    protected: false,
    policies: 'default',
    tight: 'no',
    rate: 'shipped',
    record: 'clean',
    poison: [],
    aws: [],
  },
  delivery: 'once',
  turns: [turn({ do: 'remedy', extra: {} }), turn({ do: 'confirm', which: 'newest' })],
  end: 'concludes',
  fickle: false,
  people: [{ silence: 0, late: false, acts: [{ who: 'sre', answer: 'approve', how: 'page', glass: false }] }],
  steps: [],
  writes: [],
  killedCalls: [],
  flips: [],
  closures: [],
};

let flow: HostileFlow;
/** A change that was approved, applied, found useless, and rolled back. */
let played: PlayedCase;
let readOnly: PlayedCase;
beforeAll(async () => {
  flow = new HostileFlow();
  played = await flow.play(calm);
  readOnly = await flow.play({ ...calm, setting: { ...calm.setting, story: 'read-only' } });
}, 120_000);

const without = (unwanted: (entry: RecordedFact) => boolean): PlayedCase => ({
  ...played,
  entries: played.entries.filter((entry) => !unwanted(entry)),
});
const isKind = (entry: RecordedFact, kind: TraceEvent['kind']): boolean =>
  entry.is === 'event' && entry.event.kind === kind;
/** The chronicle with one thing in front of, or in place of, the first entry of which `where` holds. */
const insert = (where: (entry: RecordedFact) => boolean, ...more: readonly RecordedFact[]): PlayedCase => {
  const at = played.entries.findIndex(where);
  return { ...played, entries: played.entries.toSpliced(at, 0, ...more) };
};
const again = (what: (entry: RecordedFact) => boolean): PlayedCase => {
  const entry = played.entries.find(what);
  return { ...played, entries: entry === undefined ? played.entries : [...played.entries, entry] };
};
const isStart = (entry: RecordedFact): boolean =>
  entry.is === 'call' && entry.call.command === 'StartInstances' && !entry.call.dryRun;
const withTrace = (change: (events: readonly TraceEvent[]) => readonly TraceEvent[], of = played): PlayedCase => ({
  ...of,
  traces: new Map([...of.traces].map(([id, trace]) => [id, change(trace)])),
});
const eventOf = (kind: TraceEvent['kind']): RecordedFact => {
  const entry = played.entries.find((one) => isKind(one, kind));
  return entry ?? { is: 'mishap', what: 'nothing' };
};

test('a reasonable run breaks no invariant, and goes all the way', () => {
  expect(INVARIANTS.flatMap(({ name, fault }) => (fault(played) === undefined ? [] : [name]))).toEqual([]);
  expect(played.entries.filter((entry) => entry.is === 'redeemed')).toHaveLength(2);
});

describe('each invariant notices', () => {
  const cases: readonly (readonly [string, Invariant, () => PlayedCase])[] = [
    ['a change without a redeemed grant', changes.noChangeWithoutGrant, () => without((one) => one.is === 'redeemed')],
    [
      'a change that was not written ahead',
      changes.noChangeWithoutGrant,
      () => without((one) => isKind(one, 'apply.started')),
    ],
    ['a yes that nobody gave', changes.noChangeWithoutGrant, () => without((one) => one.is === 'clicked')],
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
        ...played,
        entries: played.entries.map((one) =>
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
        insert(
          (one) => isKind(one, 'apply.finished'),
          ...played.entries.filter(isStart),
          ...played.entries.filter(isStart),
        ),
    ],
    [
      'an attempt that begins while another may be running',
      changes.noChangeTwice,
      () =>
        insert((one) => isKind(one, 'apply.finished'), ...played.entries.filter((one) => isKind(one, 'apply.started'))),
    ],
    ['a change after its result', changes.noChangeAfterItsResult, () => again(isStart)],
    ['a grant redeemed twice', changes.grantsAreSingleUse, () => again((one) => one.is === 'redeemed')],
    [
      'a denied plan that is applied',
      changes.rejectedIsNeverApplied,
      () => ({
        ...played,
        entries: played.entries.map((one) =>
          one.is === 'event' && one.event.kind === 'approval.closed'
            ? { ...one, event: { ...one.event, data: { ...one.event.data, outcome: 'denied' as const } } }
            : one,
        ),
      }),
    ],
    [
      'a rollback that nobody asked for',
      changes.rollbacksAreAskedFor,
      () => without((one) => isKind(one, 'change.verified')),
    ],
    [
      'two incidents at one target',
      changes.oneIncidentAtATime,
      () => {
        const started = eventOf('apply.started');
        if (started.is !== 'event') return played;
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
        if (started.is !== 'event' || started.event.kind !== 'apply.started') return played;
        const data = { scope: started.event.data.targetArn, policy: 'cut-bound', reason: 'too much' };
        return insert((one) => one.is === 'step' && one.step === 'apply', {
          is: 'event',
          event: { ...started.event, kind: 'breaker.tripped', data },
        });
      },
    ],
    [
      'a change with the switch off',
      brakes.switchStopsChanges,
      () => insert((one) => one.is === 'step' && one.step === 'apply', { is: 'switch', position: 'off' }),
    ],
    [
      'a change by an agent whose breaker has tripped',
      changes.breakersHold,
      () => {
        const started = eventOf('apply.started');
        if (started.is !== 'event') return played;
        const data = { scope: 'agent:ec2-responder', policy: 'changes-do-not-help', reason: 'three' };
        return insert((one) => one.is === 'step' && one.step === 'apply', {
          is: 'event',
          event: { ...started.event, kind: 'breaker.tripped', data },
        });
      },
    ],
    [
      'a change in a freeze for which nobody broke the glass',
      brakes.freezesHold,
      () => insert((one) => one.is === 'step' && one.step === 'apply', { is: 'calendar', closed: true }),
    ],
    [
      'a broken glass that nobody broke',
      brakes.freezesHold,
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
      brakes.ratesHold,
      () => {
        const redeemed = played.entries.filter((one) => one.is === 'redeemed' && one.row['purpose'] === 'apply');
        return { ...played, entries: [...played.entries, ...redeemed, ...redeemed, ...redeemed] };
      },
    ],
    [
      'a turn too many',
      brakes.budgetsHold,
      () => ({
        ...played,
        rules: {
          ...played.rules,
          agents: played.rules.agents.map((agent) => ({ ...agent, budget: { ...agent.budget, turns: 1 } })),
        },
      }),
    ],
    [
      'a day that was too dear',
      brakes.budgetsHold,
      () => ({
        ...played,
        rules: {
          ...played.rules,
          agents: played.rules.agents.map((agent) => ({ ...agent, budgetPerDay: { dollars: 0.001, incidents: 9 } })),
        },
      }),
    ],
    [
      'a read-only agent on its way to a change',
      brakes.readOnlyProposesNothing,
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
        ...played,
        entries: played.entries.map((one) =>
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
      'a call that left no trace',
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
        const sent = played.entries.find((one) => one.is === 'message' && one.message.audience !== undefined);
        return sent?.is === 'message'
          ? insert(() => true, { ...sent, message: { ...sent.message, audience: 'owner@example.com' } })
          : played;
      },
    ],
  ];
  test.for(cases)('%s', ([, invariant, doctored]) => {
    expect(invariant.fault(doctored())).toBeDefined();
  });

  test('nothing is left out: every invariant is shown a breach', () => {
    const shown = new Set(cases.map(([, invariant]) => invariant.name));
    expect(INVARIANTS.map(({ name }) => name).filter((name) => !shown.has(name))).toEqual([]);
  });
});
