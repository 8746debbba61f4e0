import * as z from 'zod';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Agent } from '../../../lambdas/contracts/agent.ts';
import type { TraceEvent, TraceEventOf } from '../../../lambdas/contracts/events.ts';
import type { JsonObject } from '../../../lambdas/contracts/json.ts';
import { momentsOf } from '../../../lambdas/kernel/trace/moment.ts';
import { isBoundProof } from '../../../lambdas/providers/kubernetes/admission/proves-bound.ts';
import { objectIn } from '../../../local/cluster/objects/json.ts';
import type { Grant } from '../../../lambdas/contracts/grant.ts';
import type { HostileCase, Turn } from '../case/case.ts';
import type { RecordedFact } from '../recording.ts';
import { INVARIANTS } from './all.ts';
import * as approvals from './approvals.ts';
import { budgetsHold } from './budgets.ts';
import * as conclusions from './conclusions.ts';
import { factsOfNowCount, reasonsStillHold } from './facts.ts';
import { isRelease } from './cluster-writes.ts';
import * as clusters from './clusters.ts';
import { noneLeftStopped, waitsEnd } from './in-progress.ts';
import type { Invariant } from './invariant.ts';
import * as limits from './limits.ts';
import * as moments from './moments.ts';
import { movedIsNeverApplied } from './moved-targets.ts';
import * as changes from './changes.ts';
import { questionsNeedTwoPeople } from './questions.ts';
import * as records from './records.ts';
import * as storms from './storms.ts';
import * as unattended from './unattended.ts';
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
    recovers: false,
    hostileText: [],
    aws: [],
    flags: [],
    cluster: [],
    clusterTool: 'scale_workload',
    provider: 'aws',
    subject: 'alarm',
    questions: 'read-only',
    asker: 'somebody',
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
  hands: [],
  storm: [],
};

let flow: CaseFlow;
/** A change that was approved, applied, found useless, and rolled back. */
let run: CaseRun;
let readOnly: CaseRun;
/** A change that a question led to. */
let asked: CaseRun;
/** An alarm on the resource of the first one, and five of one storm. */
let storm: CaseRun;
/** The same with a feature flag, in an incident about an event. */
let flagRun: CaseRun;
/** The same with a Deployment. */
let clusterRun: CaseRun;
beforeAll(async () => {
  flow = new CaseFlow();
  run = await flow.run(reasonable);
  const { setting } = reasonable;
  flagRun = await flow.run({ ...reasonable, setting: { ...setting, provider: 'flags', subject: 'own-event' } });
  clusterRun = await flow.run({ ...reasonable, setting: { ...setting, provider: 'kubernetes' } });
  const both = ['sre', 'owner'] as const;
  asked = await flow.run({
    ...reasonable,
    setting: { ...setting, subject: 'question', questions: 'changes' },
    people: [
      {
        silence: 0,
        late: false,
        acts: both.map((who) => ({ who, answer: 'approve', how: 'page', breakGlass: false })),
      },
    ],
  });
  const together = ['disk', 'swap-1', 'swap-2', 'swap-3', 'swap-4', 'swap-5'] as const;
  storm = await flow.run({
    ...reasonable,
    turns: [],
    storm: together.map((alarm) => ({ alarm, on: 'start', gap: 0, says: 'then', copy: false })),
  });
  readOnly = await flow.run({ ...reasonable, setting: { ...reasonable.setting, scenario: 'read-only' } });
}, 120_000);

const PatchOperation = z.object({ op: z.string(), path: z.string(), value: z.json().optional() });
type PatchOperation = z.infer<typeof PatchOperation>;
type Call = Extract<RecordedFact, { is: 'call' }>;
const isRealPatch = ({ call }: Call): boolean => call.command === 'patch deployments' && !call.dryRun;
/** The recording of the cluster with other requests in place of those that `where` accepts. */
const withRequest = (where: (entry: Call) => boolean, change: (entry: Call) => RecordedFact[]): CaseRun => ({
  ...clusterRun,
  entries: clusterRun.entries.flatMap((one) => (one.is === 'call' && where(one) ? change(one) : [one])),
});
const withInput = (where: (entry: Call) => boolean, input: JsonObject): CaseRun =>
  withRequest(where, (one) => [{ ...one, call: { ...one.call, input: { ...one.call.input, ...input } } }]);
const withCommand = (where: (entry: Call) => boolean, command: string): CaseRun =>
  withRequest(where, (one) => [{ ...one, call: { ...one.call, command } }]);
/** The recording of the cluster with other operations in each patch that writes fields. */
const withPatch = (change: (operations: readonly PatchOperation[]) => readonly PatchOperation[]): CaseRun =>
  withRequest(isWrite, (one) => {
    const body = z.array(PatchOperation).parse(one.call.input['body']);
    return [
      { ...one, call: { ...one.call, input: { ...one.call.input, body: z.array(z.json()).parse(change(body)) } } },
    ];
  });
const isWrite = (one: Call): boolean => isRealPatch(one) && !isRelease(one.call);
const isRead = ({ call }: Call): boolean => call.command === 'get deployments';
const isDryRun = ({ call }: Call): boolean =>
  call.command === 'patch deployments' && call.dryRun && !isBoundProof(call);
const withoutQuery = { query: { fieldManager: 'checkrein' } };
/** The target of the change as it is at some events, otherwise. */
const withObject = (kind: TraceEvent['kind'], change: (object: JsonObject) => JsonObject): CaseRun => ({
  ...clusterRun,
  entries: clusterRun.entries.map((one) =>
    one.is === 'object' && one.of.kind === kind && one.object !== undefined
      ? { ...one, object: change(one.object) }
      : one,
  ),
});

const isKind = (entry: RecordedFact, kind: TraceEvent['kind']): boolean =>
  entry.is === 'event' && entry.event.kind === kind;
const isStart = (entry: RecordedFact): boolean =>
  entry.is === 'call' && entry.call.command === 'StartInstances' && !entry.call.dryRun;

const withEntries = (change: (entries: readonly RecordedFact[]) => readonly RecordedFact[]): CaseRun => ({
  ...run,
  entries: change(run.entries),
});
const without = (kind: TraceEvent['kind']): CaseRun =>
  withEntries((entries) => entries.filter((entry) => !isKind(entry, kind)));
/** The recording with more entries before the first one that `where` accepts. */
const insert = (where: (entry: RecordedFact) => boolean, ...more: readonly RecordedFact[]): CaseRun =>
  withEntries((entries) => entries.toSpliced(entries.findIndex(where), 0, ...more));
const beforeApply = (entry: RecordedFact): CaseRun => insert((one) => one.is === 'step' && one.step === 'apply', entry);
const beforeResult = (...more: readonly RecordedFact[]): CaseRun =>
  insert((one) => isKind(one, 'apply.finished'), ...more);
const repeat = (what: (entry: RecordedFact) => boolean): CaseRun =>
  withEntries((entries) => [...entries, ...entries.filter(what).slice(0, 1)]);
const withClosing = (change: object, of = run): CaseRun => ({
  ...of,
  entries: of.entries.map((one) =>
    one.is === 'event' && one.event.kind === 'approval.closed'
      ? { ...one, event: { ...one.event, data: { ...one.event.data, ...change } } }
      : one,
  ),
});
const inNameOfPolicy = (grants: readonly Grant[]): Grant[] =>
  grants.map((grant) => ({ ...grant, approvers: ['policy:grow-unattended'] }));
const withTrace = (change: (events: readonly TraceEvent[]) => readonly TraceEvent[]): CaseRun => ({
  ...run,
  traces: new Map([...run.traces].map(([id, trace]) => [id, change(trace)])),
});
/** The traces with another ending, and without events of a kind. */
const closedAs = (outcome: 'healed', dropped?: TraceEvent['kind']): CaseRun =>
  withTrace((trace) =>
    trace
      .filter(({ kind }) => kind !== dropped)
      .map((event) => (event.kind === 'incident.closed' ? { ...event, data: { ...event.data, outcome } } : event)),
  );
const withAgents = (change: Partial<Agent> | ((agent: Agent) => Partial<Agent>)): CaseRun => ({
  ...run,
  rules: {
    ...run.rules,
    agents: run.rules.agents.map((agent) => ({ ...agent, ...(typeof change === 'function' ? change(agent) : change) })),
  },
});
/** The recording with an accepted conclusion that lists these plans. */
const withConclusion = (plans: readonly { readonly plan: string; readonly applied: boolean }[]): CaseRun =>
  withEntries((entries) =>
    entries.map((one) =>
      one.is === 'event' && one.event.kind === 'conclusion.reviewed' && one.event.data.conclusion !== null
        ? {
            ...one,
            event: {
              ...one.event,
              data: { ...one.event.data, conclusion: { ...one.event.data.conclusion, plans: [...plans] } },
            },
          }
        : one,
    ),
  );
/** The traces with other sentences about what happened. */
const withHappened = (change: (line: string) => string[]): CaseRun =>
  withTrace((trace) =>
    trace.map((event) =>
      event.kind === 'incident.closed'
        ? { ...event, data: { ...event.data, happened: (event.data.happened ?? []).flatMap(change) } }
        : event,
    ),
  );
/** The first `apply.started` of the recording. */
const started = (): TraceEventOf<'apply.started'> => {
  for (const entry of run.entries) if (entry.is === 'event' && entry.event.kind === 'apply.started') return entry.event;
  return expect.fail('nothing was changed');
};
/** The recording with a change entered again right when its first wait begins. */
const enteredInItsWait = (): CaseRun =>
  withEntries((entries) => {
    const index = entries.findIndex((one) => isKind(one, 'apply.waiting'));
    const waiting = entries[index];
    if (waiting?.is !== 'event') return expect.fail('nothing was waited for');
    return entries.toSpliced(index + 1, 0, { is: 'event', event: { ...started(), at: waiting.event.at } });
  });
/** The first `apply.checked` of the recording: its facts, and a time long after its proposal. */
const firstChecked = () => {
  for (const entry of run.entries)
    if (entry.is === 'event' && entry.event.kind === 'apply.checked')
      return { facts: entry.event.data.facts, at: new Date(Date.parse(entry.event.at) + 600_000).toISOString() };
  return expect.fail('nothing was checked');
};
const withChecked = (change: object): CaseRun =>
  withEntries((entries) =>
    entries.map((one) =>
      one.is === 'event' && one.event.kind === 'apply.checked'
        ? { ...one, event: { ...one.event, data: { ...one.event.data, ...change } } }
        : one,
    ),
  );
const withSetting = (setting: Partial<HostileCase['setting']>): CaseRun => ({
  ...asked,
  testCase: { ...asked.testCase, setting: { ...asked.testCase.setting, ...setting } },
});
const isOpeningOf = (event: TraceEvent, alarm: string): boolean =>
  event.kind === 'incident.opened' && JSON.stringify(event.data.subject).includes(`"name":"${alarm}"`);
const withoutIncidentsOf = (alarm: string): CaseRun => ({
  ...storm,
  traces: new Map([...storm.traces].filter(([, trace]) => !trace.some((event) => isOpeningOf(event, alarm)))),
});
const secondOpening = (): RecordedFact[] =>
  storm.entries.filter((one) => one.is === 'event' && isOpeningOf(one.event, 'disk')).slice(0, 1);
const tripped = (scope: string): CaseRun => {
  const data = { scope, policy: 'cut-bound', reason: 'too much' };
  return beforeApply({ is: 'event', event: { ...started(), kind: 'breaker.tripped', data } });
};

describe('a storm', () => {
  test('breaks no invariant, and each of its alarms has an incident in the end', () => {
    expect(INVARIANTS.flatMap(({ name, fault }) => (fault(storm) === undefined ? [] : [name]))).toEqual([]);
    expect(storm.entries.filter(({ is }) => is === 'joined').map((one) => one.is === 'joined' && one.why)).toEqual(
      expect.arrayContaining(['resource', 'storm']),
    );
    expect(storm.traces.size).toBe(7);
  });
});

describe('a question', () => {
  test('that leads to a change breaks no invariant', () => {
    expect(INVARIANTS.flatMap(({ name, fault }) => (fault(asked) === undefined ? [] : [name]))).toEqual([]);
    expect(asked.entries.filter((entry) => entry.is === 'redeemed')).not.toEqual([]);
  });
});

test('a reasonable run breaks no invariant, and gets as far as a rollback', () => {
  expect(INVARIANTS.flatMap(({ name, fault }) => (fault(run) === undefined ? [] : [name]))).toEqual([]);
  expect(run.entries.filter((entry) => entry.is === 'redeemed')).toHaveLength(2);
});

describe('an incident about an event, with a change of another provider,', () => {
  const isSet = (entry: RecordedFact): boolean =>
    entry.is === 'call' && entry.call.command === 'SetFlag' && !entry.call.dryRun;
  const withSet = (change: (set: Extract<RecordedFact, { is: 'call' }>) => RecordedFact[]): CaseRun => ({
    ...flagRun,
    entries: flagRun.entries.flatMap((one) => (one.is === 'call' && isSet(one) ? change(one) : [one])),
  });

  test('breaks no invariant either, and changes the flag', () => {
    expect(INVARIANTS.flatMap(({ name, fault }) => (fault(flagRun) === undefined ? [] : [name]))).toEqual([]);
    expect(flagRun.entries.filter(isSet)).not.toEqual([]);
  });

  test.for<readonly [string, Invariant, () => CaseRun]>([
    [
      'credentials for another target',
      approvals.noChangeWithoutGrant,
      () => withSet((set) => [{ ...set, credentialsFor: 'flags://checkout/old-cart' }]),
    ],
    [
      'a value that no plan has',
      approvals.noChangeWithoutGrant,
      () => withSet((set) => [{ ...set, call: { ...set.call, input: { ...set.call.input, percent: 51 } } }]),
    ],
    [
      'another target',
      approvals.noChangeWithoutGrant,
      () => withSet((set) => [{ ...set, call: { ...set.call, input: { ...set.call.input, name: 'old-cart' } } }]),
    ],
    [
      'a session of no incident',
      approvals.noChangeWithoutGrant,
      () => withSet((set) => [{ ...set, call: { ...set.call, principal: 'observe' } }]),
    ],
    ['the same call made twice', changes.noChangeTwice, () => withSet((set) => [set, set])],
    [
      'a target that somebody moved while the plan waited',
      movedIsNeverApplied,
      () => ({
        ...flagRun,
        entries: flagRun.entries.flatMap((one) =>
          one.is === 'step' && one.step === 'apply'
            ? [{ is: 'moved', targets: ['checkout/new-cart'], of: 'configuration' }, one]
            : [one],
        ),
      }),
    ],
  ])('is noticed with %s', ([, invariant, broken]) => {
    expect(invariant.fault(broken())).toBeDefined();
  });
});

describe('a change in a cluster', () => {
  const renamed = (principal: (was: string) => string): CaseRun =>
    withRequest(isWrite, (one) => [{ ...one, call: { ...one.call, principal: principal(one.call.principal) } }]);

  test('breaks no invariant, is written and released, and is rolled back and released', () => {
    expect(INVARIANTS.flatMap(({ name, fault }) => (fault(clusterRun) === undefined ? [] : [name]))).toEqual([]);
    const made = clusterRun.entries.flatMap((one) =>
      one.is === 'call' && isRealPatch(one)
        ? [`${isRelease(one.call) ? 'releases' : 'writes'} ${one.call.outcome}`]
        : [],
    );
    expect(made).toEqual(['writes ok', 'releases ok', 'writes ok', 'releases ok']);
  });

  test.for<readonly [string, Invariant, () => CaseRun]>([
    [
      'without a redeemed grant',
      approvals.noChangeWithoutGrant,
      () => ({ ...clusterRun, entries: clusterRun.entries.filter((one) => one.is !== 'redeemed') }),
    ],
    ['in a session of no change', approvals.noChangeWithoutGrant, () => renamed(() => 'checkrein-apply')],
    [
      'in a session for dry runs',
      approvals.noChangeWithoutGrant,
      () => renamed((was) => was.replace('/apply-', '/dry-')),
    ],
    [
      'in a session of another tool',
      approvals.noChangeWithoutGrant,
      () => renamed((was) => was.replace('scale_workload', 'undo_rollout')),
    ],
    [
      'in a session for another UID',
      approvals.noChangeWithoutGrant,
      () => renamed((was) => `${was.slice(0, -1)}${was.endsWith('0') ? '1' : '0'}`),
    ],
    ['of another object', approvals.noChangeWithoutGrant, () => withInput(isWrite, { name: 'ledger' })],
    ['in another cluster', approvals.noChangeWithoutGrant, () => withInput(isWrite, { cluster: 'shop-us' })],
    [
      'that writes another field',
      approvals.noChangeWithoutGrant,
      () => withPatch((operations) => [...operations, { op: 'add', path: '/spec/paused', value: true }]),
    ],
    [
      'that is no JSON patch',
      approvals.noChangeWithoutGrant,
      () => withInput(isWrite, { contentType: 'application/merge-patch+json' }),
    ],
    [
      'that does not test the UID',
      approvals.noChangeWithoutGrant,
      () => withPatch((operations) => operations.filter(({ path }) => path !== '/metadata/uid')),
    ],
    [
      'that does not test the version',
      approvals.noChangeWithoutGrant,
      () => withPatch((operations) => operations.filter(({ path }) => path !== '/metadata/resourceVersion')),
    ],
    [
      'that leaves a value that no plan has',
      approvals.noChangeWithoutGrant,
      () => withRequest(isWrite, (one) => [{ ...one, object: { spec: { replicas: 9 } } }]),
    ],
    [
      'that releases the fields of somebody else',
      approvals.noChangeWithoutGrant,
      () =>
        withRequest(
          ({ call }) => isRelease(call),
          (one) => [
            {
              ...one,
              call: {
                ...one.call,
                input: { ...one.call.input, body: [{ op: 'remove', path: '/metadata/managedFields/0' }] },
              },
            },
          ],
        ),
    ],
    ['that is written twice', clusters.writtenOnce, () => withRequest(isWrite, (one) => [one, one])],
    ['that reads a secret', clusters.requestsStayInReach, () => withCommand(isRead, 'get secrets')],
    ['that opens a shell', clusters.requestsStayInReach, () => withCommand(isRead, 'create pods/exec')],
    ['that deletes many', clusters.requestsStayInReach, () => withCommand(isWrite, 'deletecollection pods')],
    [
      'that reads in a namespace of nobody',
      clusters.requestsStayInReach,
      () => withInput(isRead, { namespace: 'vault' }),
    ],
    [
      'that reads in a namespace of other agents',
      clusters.requestsStayInReach,
      () => withInput(isRead, { namespace: 'billing' }),
    ],
    [
      'that reads a ConfigMap of which only other agents are granted a key',
      clusters.requestsStayInReach,
      () =>
        withRequest(isRead, ({ call, ...one }) => [
          { ...one, call: { ...call, command: 'get configmaps', input: { ...call.input, name: 'billing-flags' } } },
        ]),
    ],
    [
      'that lists every ConfigMap',
      clusters.requestsStayInReach,
      () => withCommand(({ call }) => call.command.startsWith('list '), 'list configmaps'),
    ],
    [
      'that reads the nodes, which its agent is not granted',
      clusters.requestsStayInReach,
      () => {
        const { rules, ...read } = withRequest(isRead, ({ call, ...one }) => [
          { ...one, call: { ...call, command: 'list nodes', input: { cluster: 'shop-eu' } } },
        ]);
        const agents = rules.agents.map(({ kubernetes, ...agent }) =>
          kubernetes === undefined ? agent : { ...agent, kubernetes: { ...kubernetes, nodes: undefined } },
        );
        return { ...read, rules: { ...rules, agents } };
      },
    ],
    ['that reads in another cluster', clusters.requestsStayInReach, () => withInput(isRead, { cluster: 'shop-us' })],
    ['whose dry run is only in its body', clusters.clusterConfines, () => withInput(isDryRun, withoutQuery)],
    [
      'whose session nothing has proved to be confined',
      clusters.clusterConfines,
      () =>
        withRequest(
          ({ call }) => isBoundProof(call),
          () => [],
        ),
    ],
    [
      'where the policy let pass what it must refuse',
      clusters.clusterConfines,
      () =>
        withRequest(
          ({ call }) => isBoundProof(call),
          (one) => [{ ...one, call: { ...one.call, outcome: 'ok' } }],
        ),
    ],
    [
      'that is verified and leaves us as a manager',
      clusters.nothingStaysOurs,
      () =>
        withObject('change.verified', (object) => ({
          ...object,
          metadata: { ...objectIn(object['metadata']), managedFields: [{ manager: 'checkrein' }] },
        })),
    ],
    [
      'whose rollback leaves another number',
      clusters.rollbacksRestore,
      () => withObject('apply.finished', (object) => ({ ...object, spec: { replicas: 9 } })),
    ],
    [
      'of a target that somebody moved while the plan waited',
      movedIsNeverApplied,
      () => ({
        ...clusterRun,
        entries: clusterRun.entries.flatMap((one) =>
          one.is === 'step' && one.step === 'apply'
            ? [{ is: 'moved', targets: ['shop/deployments/checkout'], of: 'configuration' }, one]
            : [one],
        ),
      }),
    ],
  ])('is noticed %s', ([, invariant, broken]) => {
    expect(invariant.fault(broken())).toBeDefined();
  });
});

const OF_CLUSTERS = new Set<string>(Object.values(clusters).map(({ name }) => name));

describe('each invariant notices', () => {
  const cases: readonly (readonly [string, Invariant, () => CaseRun])[] = [
    [
      'a change without a redeemed grant',
      approvals.noChangeWithoutGrant,
      () => withEntries((entries) => entries.filter((one) => one.is !== 'redeemed')),
    ],
    ['a change that was not written ahead', approvals.noChangeWithoutGrant, () => without('apply.started')],
    [
      'an approval that nobody gave',
      approvals.noChangeWithoutGrant,
      () => withEntries((entries) => entries.filter((one) => one.is !== 'clicked')),
    ],
    ['a change without any approval', approvals.noChangeWithoutGrant, () => without('approval.closed')],
    ['a plan that is not on the trace', approvals.noChangeWithoutGrant, () => without('dry-run.finished')],
    [
      'a change in the name of a policy that no policy permits',
      unattended.policyAloneIsKept,
      () =>
        withEntries((entries) =>
          entries.map((one) =>
            one.is === 'event' && one.event.kind === 'grant.issued'
              ? {
                  ...one,
                  event: { ...one.event, data: { ...one.event.data, grants: inNameOfPolicy(one.event.data.grants) } },
                }
              : one,
          ),
        ),
    ],
    [
      'a call on another target',
      approvals.noChangeWithoutGrant,
      () =>
        withEntries((entries) =>
          entries.map((one) =>
            isStart(one) && one.is === 'call'
              ? { ...one, call: { ...one.call, input: { InstanceIds: ['i-0dec0dec0dec0dec0'] } } }
              : one,
          ),
        ),
    ],
    [
      'a change made three times',
      changes.noChangeTwice,
      () => beforeResult(...run.entries.filter(isStart), ...run.entries.filter(isStart)),
    ],
    [
      'an attempt that begins while another may be running',
      changes.noChangeTwice,
      () => beforeResult({ is: 'event', event: started() }),
    ],
    [
      'a second stop after a wait',
      changes.noChangeTwice,
      () => {
        const stops = run.entries.filter((one) => one.is === 'call' && one.call.command === 'StopInstances');
        return beforeResult(...stops.filter((one) => one.is === 'call' && !one.call.dryRun).slice(0, 1));
      },
    ],
    ['an attempt that continues a change before its wait is over', changes.noChangeTwice, enteredInItsWait],
    ['a change after its result', changes.noChangeAfterItsResult, () => repeat(isStart)],
    ['a change that is waited for and never ends', waitsEnd, () => closedAs('healed', 'apply.finished')],
    [
      'an instance that is left stopped in an incident that ends well',
      noneLeftStopped,
      () => ({
        ...closedAs('healed'),
        entries: run.entries.filter((one) => one.is !== 'call' || one.call.command !== 'StartInstances'),
      }),
    ],
    ['a grant redeemed twice', approvals.grantsAreSingleUse, () => repeat((one) => one.is === 'redeemed')],
    [
      'a grant without a receipt for its approver',
      approvals.approversGetReceipts,
      () => withEntries((entries) => entries.filter((one) => one.is !== 'message' || one.message.about !== 'receipt')),
    ],
    ['a denied plan that is applied', approvals.rejectedIsNeverApplied, () => withClosing({ outcome: 'denied' })],
    [
      'a plan whose target was reconfigured before it was applied',
      movedIsNeverApplied,
      () => beforeApply({ is: 'moved', targets: ['i-0a1b2c3d4e5f60718'], of: 'configuration' }),
    ],
    ['a rollback that verification did not ask for', changes.rollbacksAreAskedFor, () => without('change.verified')],
    [
      'two incidents at one target',
      changes.oneIncidentAtATime,
      () => beforeResult({ is: 'event', event: { ...started(), incident: 'another' } }),
    ],
    ['a change to a target whose breaker has tripped', changes.breakersHold, () => tripped(started().data.targetArn)],
    ['a change by an agent whose breaker has tripped', changes.breakersHold, () => tripped('agent:ec2-responder')],
    ['a change with the switch off', limits.switchStopsChanges, () => beforeApply({ is: 'switch', position: 'off' })],
    [
      'a change in a freeze without break-glass',
      limits.freezesHold,
      () => beforeApply({ is: 'calendar', closed: true }),
    ],
    [
      'a break-glass that nobody used',
      limits.freezesHold,
      () => withClosing({ breakGlass: true }, beforeApply({ is: 'calendar', closed: true })),
    ],
    [
      'a target that is changed too often',
      limits.ratesHold,
      () => {
        const redeemed = run.entries.filter((one) => one.is === 'redeemed' && one.row['purpose'] === 'apply');
        return withEntries((entries) => [...entries, ...redeemed, ...redeemed, ...redeemed]);
      },
    ],
    [
      'a change minutes after another one to the same target',
      factsOfNowCount,
      () => beforeApply({ is: 'changed', targetArn: started().data.targetArn, at: started().at }),
    ],
    ['a change for which no facts were computed again', factsOfNowCount, () => withChecked({ facts: undefined })],
    [
      'a change that policy refuses with the facts of now',
      factsOfNowCount,
      () => withChecked({ facts: { ...firstChecked().facts, minutesSinceLastChange: 3 } }),
    ],
    [
      'a change whose alarm has been OK for long',
      reasonsStillHold,
      () =>
        insert((one) => isKind(one, 'apply.checked'), {
          is: 'alarm',
          incidentId: started().incident,
          at: firstChecked().at,
          value: 'OK',
          since: '2026-11-20T00:00:00.000Z',
        }),
    ],
    ['a turn too many', budgetsHold, () => withAgents(({ budget }) => ({ budget: { ...budget, turns: 1 } }))],
    ['a day that cost too much', budgetsHold, () => withAgents({ budgetPerDay: { dollars: 0.001, incidents: 9 } })],
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
      () =>
        withEntries((entries) =>
          entries.map((one) => {
            if (one.is !== 'asked-model') return one;
            const messages = one.request.messages.filter((message) => message.role === 'assistant');
            return { ...one, request: { ...one.request, messages } };
          }),
        ),
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
      'a number that nobody measured',
      records.numbersAreFound,
      () =>
        withTrace((trace) =>
          trace.map((event) =>
            event.kind === 'conclusion.reviewed' && event.data.conclusion !== null
              ? {
                  ...event,
                  data: { ...event.data, conclusion: { ...event.data.conclusion, summary: 'At 7391.27 %.' } },
                }
              : event,
          ),
        ),
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
    [
      'an accepted conclusion that calls a plan applied which was rolled back',
      conclusions.acceptedPlansAreTrue,
      () => withConclusion([{ plan: 'P1', applied: true }]),
    ],
    ['an accepted conclusion without its plan', conclusions.acceptedPlansAreTrue, () => withConclusion([])],
    [
      'first lines that leave out a change',
      conclusions.firstLinesAreTrue,
      () => withHappened(() => ['Nothing was changed.']),
    ],
    [
      'first lines that leave out a rollback',
      conclusions.firstLinesAreTrue,
      () => withHappened((line) => [line.replace(/It was rolled back at \S+ \S+ UTC\./, '')]),
    ],
    [
      'a change that a question led to, with the setting off',
      questionsNeedTwoPeople,
      () => withSetting({ questions: 'read-only' }),
    ],
    ['a change whose second approver had asked for it', questionsNeedTwoPeople, () => withSetting({ asker: 'sre' })],
    ['an alarm that joined, without its follow-up', storms.noAlarmIsForgotten, () => withoutIncidentsOf('disk')],
    [
      'an alarm without a row',
      storms.everyAlarmLeavesARecord,
      () => {
        const gone = withoutIncidentsOf('disk');
        return { ...gone, entries: gone.entries.filter((one) => one.is !== 'joined' || one.alarm !== 'disk') };
      },
    ],
    [
      'two incidents with one key',
      storms.oneIncidentAResource,
      () => ({ ...storm, entries: [...storm.entries.filter((one) => one.is !== 'freed'), ...secondOpening()] }),
    ],
    [
      'a storm whose incidents are never closed',
      storms.stormsAreBounded,
      () => ({
        ...storm,
        entries: storm.entries.flatMap((one) => {
          if (one.is === 'freed') return [];
          const opened = one.is === 'event' && one.event.kind === 'incident.opened';
          return opened ? [{ ...one, event: { ...one.event, at: started().at } }] : [one];
        }),
      }),
    ],
    [
      'a mail of an execution that joined',
      storms.whatJoinsCostsNothing,
      () => insert(() => true, { is: 'message', message: { about: 'closed', incidentId: 'x', subject: '', text: '' } }),
    ],
    [
      'a change whose plan is not on the trace, of which nobody hears',
      moments.momentsAreTold,
      () =>
        withTrace((trace) =>
          trace.map((event) =>
            event.kind === 'apply.finished'
              ? { ...event, data: { ...event.data, digest: `sha256:${'0'.repeat(64)}` } }
              : event,
          ),
        ),
    ],
    [
      'a line of evidence in a moment',
      moments.momentsAreSafe,
      () =>
        withTrace((trace) => {
          const [opened] = momentsOf(trace, 'https://approve.example.com');
          return trace.map((event) =>
            event.kind === 'evidence.gathered'
              ? { ...event, data: { ...event.data, text: opened?.says ?? '' } }
              : event,
          );
        }),
    ],
    ['an ending without first lines', conclusions.firstLinesAreTrue, () => withHappened(() => [])],
  ];
  test.for(cases)('%s', ([, invariant, broken]) => {
    expect(invariant.fault(broken())).toBeDefined();
  });

  test('every invariant has a case that breaks it', () => {
    const broken = new Set(cases.map(([, invariant]) => invariant.name));
    expect(INVARIANTS.map(({ name }) => name).filter((name) => !broken.has(name) && !OF_CLUSTERS.has(name))).toEqual(
      [],
    );
  });
});
