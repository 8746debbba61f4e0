import * as z from 'zod';
import { isKind, type TraceEvent } from '../../../lambdas/contracts/events.ts';
import { KUBERNETES } from '../../../lambdas/contracts/clusters.ts';
import { JsonObject } from '../../../lambdas/contracts/json.ts';
import { providerOfTarget, type Plan } from '../../../lambdas/contracts/plan.ts';
import { isBoundProof } from '../../../lambdas/providers/kubernetes/admission/proves-bound.ts';
import { clusterToolOf } from '../case/cluster-tools.ts';
import { isClusterCall, uidOf } from '../fakes/cluster.ts';
import { CLASSES } from '../fakes/cluster-targets.ts';
import type { CaseRun } from '../flow.ts';
import { planOf, eventsIn, type RecordedFact } from '../recording.ts';
import { differences, isManagedByUs, isRelease } from './cluster-writes.ts';
import { firstFault, type Invariant } from './invariant.ts';
import {
  changesIn,
  clusterSessionOf,
  everyChange,
  isDryRunCall,
  startOf,
  type RecordedChange,
} from './recorded-changes.ts';

/** Invariants about the requests that reached a cluster, and about what they left there. */

type Call = Extract<RecordedFact, { is: 'call' }>['call'];

const clusterCalls = ({ entries }: CaseRun): { readonly at: number; readonly call: Call }[] =>
  entries.flatMap((entry, at) => (entry.is === 'call' && isClusterCall(entry.call) ? [{ at, call: entry.call }] : []));

const nameOf = ({ service, command, principal }: Call): string => `${service}: ${command} by ${principal}`;

const NEVER =
  /secrets|\/(exec|attach|portforward|proxy|ephemeralcontainers|token)|^(delete|deletecollection|update|impersonate) /;
const Place = z.object({
  cluster: z.string().optional(),
  namespace: z.string().optional(),
  name: z.string().optional(),
});

const outOfReach = (run: CaseRun, call: Call): string | undefined => {
  if (NEVER.test(call.command)) return 'no tool may make it';
  const { cluster, namespace, name } = Place.parse(call.input);
  const opening = eventsIn(run.entries, 'incident.opened').find(({ event }) => event.incident === call.incidentId);
  const grant = run.rules.agents.find((agent) => agent.name === opening?.event.data.agent)?.kubernetes;
  const [, resource = ''] = call.command.split(' ');
  const where = resource === 'namespaces' ? name : namespace;
  if (cluster === undefined || grant?.clusters.includes(cluster) !== true) return `the cluster ${cluster ?? '(none)'}`;
  // Of what is in no namespace and granted to nobody, one by its name, which a claim of theirs names.
  if (resource === 'storageclasses') {
    const isNamed = Object.values<string | undefined>(CLASSES).includes(name);
    return call.command === 'get storageclasses' && where === undefined && isNamed ? undefined : 'storageclasses';
  }
  if (resource === 'nodes') return grant.nodes === true && where === undefined ? undefined : 'nodes';
  if (where === undefined || !grant.namespaces.includes(where)) return `the namespace ${where ?? '(none)'}`;
  const isOfMaps = resource === 'configmaps' && !(grant.configMapKeys ?? []).some((one) => one.name === name);
  return isOfMaps ? `the ConfigMap ${name ?? '(all)'}` : undefined;
};

export const requestsStayInReach: Invariant = {
  name: 'no request to a cluster is one that no tool may make, or outside of what the agent is granted',
  exercisedBy: ['reads of a cluster', 'writes of fields', 'calls outside of the namespaces of the agent'],
  fault: (run) =>
    firstFault(clusterCalls(run), ({ call }) => {
      const wrong = outOfReach(run, call);
      return wrong === undefined ? undefined : `${nameOf(call)}: ${wrong}`;
    }),
};

/** With these an attempt that makes dry runs or a change begins. Several may be entered at once; one is let through. */
const BEGINS = new Set<TraceEvent['kind']>(['proposal.judged', 'apply.started', 'apply.resumed']);

/** Whether the policy refused, in the session of a call and since its attempt began, what it must refuse. */
const isProved = ({ entries }: CaseRun, { at, call }: { readonly at: number; readonly call: Call }): boolean => {
  const begun = entries
    .slice(0, at)
    .findLastIndex(
      (entry) => entry.is === 'event' && entry.event.incident === call.incidentId && BEGINS.has(entry.event.kind),
    );
  return entries
    .slice(Math.max(0, begun), at)
    .some(
      (entry) =>
        entry.is === 'call' &&
        entry.call.principal === call.principal &&
        isBoundProof(entry.call) &&
        entry.call.outcome === 'Forbidden',
    );
};

const unconfined = (run: CaseRun, { at, call }: { readonly at: number; readonly call: Call }): string | undefined => {
  if (!call.mutating) return undefined;
  const { mode } = clusterSessionOf(call);
  if (mode === '') return 'its session says neither mode nor tool nor UID';
  const dry = isDryRunCall(call);
  if (mode === 'dry' && !dry) return 'it is no dry run, since dryRun=All is not in its query';
  if (call.dryRun && !dry) return 'its dry run is not in its query';
  if (isBoundProof(call)) return dry ? undefined : 'the proof of the policy would change something';
  if (run.testCase.setting.cluster.includes('no-admission-policy')) return 'no policy confines it';
  return isProved(run, { at, call }) ? undefined : 'nothing had proved in its session that the policy is bound';
};

export const clusterConfines: Invariant = {
  name: 'a dry run in a cluster says so in its query, and no session writes before the policy has refused what it must refuse',
  exercisedBy: [
    'dry runs by the cluster',
    'proofs of the policy: Forbidden',
    'proofs of the policy: ok',
    'mutating calls (kubernetes)',
  ],
  fault: (run) =>
    firstFault(clusterCalls(run), (one) => {
      const wrong = unconfined(run, one);
      return wrong === undefined ? undefined : `${nameOf(one.call)}: ${wrong}`;
    }),
};

/** Earlier writes of the same attempt of a change: since it began, or since its last interruption. */
const earlierInAttempt = (run: CaseRun, change: RecordedChange, startedAt: number): readonly RecordedChange[] => {
  const { entries } = run;
  const resumed = entries
    .slice(0, change.at)
    .findLastIndex(
      (entry, at) =>
        at > startedAt &&
        entry.is === 'event' &&
        isKind(entry.event, 'apply.resumed') &&
        entry.event.incident === change.incidentId &&
        entry.event.data.continues !== true,
    );
  const from = Math.max(startedAt, resumed);
  return changesIn(run).filter(
    ({ at, call, incidentId }) =>
      at > from && at < change.at && incidentId === change.incidentId && call.outcome === 'ok',
  );
};

/** Faults after which nobody can know that a change was written and released. */
const UNKNOWABLE = new Set(['release-answer-lost', 'write-answers-lost', 'write-answer-lost']);

const writtenAgain = (change: RecordedChange, run: CaseRun): string | undefined => {
  const started = startOf(run, change);
  if (change.session === undefined || change.call.outcome !== 'ok' || started === undefined) return undefined;
  if (isRelease(change.call)) return undefined;
  const earlier = earlierInAttempt(run, change, started.at).filter(({ session }) => session !== undefined);
  const [writes, releases] = [
    earlier.filter(({ call }) => !isRelease(call)),
    earlier.filter((one) => isRelease(one.call)),
  ];
  if (writes.length === 0) return undefined;
  const unknowable = run.testCase.setting.cluster.some((name) => UNKNOWABLE.has(name));
  return unknowable && writes.length + releases.length < 4 ? undefined : 'it had been written before';
};

export const writtenOnce: Invariant = {
  name: 'a change in a cluster is written once, also if somebody writes the old values again meanwhile',
  exercisedBy: ['writes of fields', 'releases of fields', 'changes read off their target (kubernetes)'],
  fault: everyChange(writtenAgain),
};

/** The facts about the targets of changes in a cluster, with their plans. */
const targets = (run: CaseRun) =>
  run.entries.flatMap((entry, at) => {
    if (entry.is !== 'object') return [];
    const { of, object } = entry;
    const digest = isKind(of, 'apply.finished') || isKind(of, 'change.verified') ? of.data.digest : '';
    const plan = planOf(run, digest);
    return plan === undefined || providerOfTarget(plan.target) !== KUBERNETES ? [] : [{ at, of, object, plan }];
  });

const isTarget = (plan: Plan, object: JsonObject | undefined): object is JsonObject =>
  object !== undefined && 'uid' in plan.target && uidOf(object) === plan.target.uid;

/** Whether a change ended well: verification found it in place, or its rollback was applied. */
const endedWell = (of: TraceEvent): boolean =>
  isKind(of, 'change.verified')
    ? of.data.findings.some(({ name, outcome }) => name === 'post-condition' && outcome === 'good')
    : isKind(of, 'apply.finished') && of.data.outcome === 'applied';

export const nothingStaysOurs: Invariant = {
  name: 'Checkrein manages no field of a workload whose change is in place and verified, or rolled back',
  exercisedBy: ['releases of fields', 'grants redeemed to roll back (kubernetes)'],
  fault: (run) =>
    firstFault(targets(run), ({ of, object, plan }) =>
      endedWell(of) && isTarget(plan, object) && isManagedByUs(object)
        ? `we still manage fields of ${plan.target.id} at ${of.kind}`
        : undefined,
    ),
};

const notRestored = (
  run: CaseRun,
  { at, of, object, plan }: ReturnType<typeof targets>[number],
): string | undefined => {
  if (!isKind(of, 'apply.finished') || of.data.purpose !== 'rollback' || of.data.outcome !== 'applied')
    return undefined;
  const tool = clusterToolOf(plan);
  if (tool?.writes === undefined || !isTarget(plan, object)) return undefined;
  const begun = eventsIn(run.entries.slice(0, at), 'apply.started').findLast(
    ({ event }) => event.incident === of.incident,
  );
  const meanwhile = run.entries.slice(begun?.at ?? 0, at);
  if (meanwhile.some((entry) => entry.is === 'moved' && entry.targets.includes(plan.target.id))) return undefined;
  const differing = differences(tool.fields(object, JsonObject.parse(plan.input)), JsonObject.parse(plan.before));
  return differing && `the rollback of ${plan.target.id} left ${differing}`;
};

export const rollbacksRestore: Invariant = {
  name: 'a rollback in a cluster leaves the fields as they were before the change, unless somebody else wrote them',
  exercisedBy: ['grants redeemed to roll back (kubernetes)'],
  fault: (run) => firstFault(targets(run), (one) => notRestored(run, one)),
};
