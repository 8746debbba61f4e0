import { providerOfTarget } from '../../lambdas/contracts/plan.ts';
import { AWS } from '../../lambdas/contracts/tool.ts';
import { isClusterCall } from './fakes/cluster.ts';
import { isRelease } from './invariants/cluster-writes.ts';
import type { TraceEventOf } from '../../lambdas/contracts/events.ts';
import { isBoundProof } from '../../lambdas/providers/kubernetes/admission/proves-bound.ts';
import { subjectOf } from '../../lambdas/kernel/trace/subject.ts';
import { PEOPLE } from './fakes/people.ts';
import type { CaseRun } from './flow.ts';
import { changesIn } from './invariants/recorded-changes.ts';
import { planOf, eventsIn } from './recording.ts';

/** Counters that show that a proof reached each kind of subject, and a second provider. */

/** What an incident is about: `incidents about an alarm`. */
export const subjectCounters = (event: TraceEventOf<'incident.opened'>): string[] => {
  const { recorded } = subjectOf(event);
  switch (recorded.kind) {
    case 'alarm':
      return ['incidents about an alarm'];
    case 'schedule':
      return ['incidents about a schedule'];
    case 'question':
      return [
        'incidents about a question',
        ...(recorded.changesAllowed === true ? [] : ['questions without changes']),
        ...(recorded.askedBy === PEOPLE.sre ? ['questions of an approver'] : []),
      ];
    case 'event':
      return [
        event.data.source.startsWith('aws.')
          ? 'incidents about an event of AWS'
          : 'incidents about an event of our own',
      ];
  }
};

/** The changes that a question led to. */
export const countersOfQuestions = (run: CaseRun): string[] => {
  const asked = new Set(
    eventsIn(run.entries, 'incident.opened').flatMap(({ event }) =>
      subjectOf(event).recorded.kind === 'question' ? [event.incident] : [],
    ),
  );
  return changesIn(run).flatMap(({ incidentId }) => (asked.has(incidentId) ? ['changes that a question led to'] : []));
};

/** What happened to plans and changes whose target is not in AWS. The names end in the provider: `(flags)`. */
export const countersOfProviders = (run: CaseRun): string[] => {
  const named = (digest: unknown, ...names: readonly string[]): string[] => {
    const plan = typeof digest === 'string' ? planOf(run, digest) : undefined;
    const provider = plan === undefined ? AWS : providerOfTarget(plan.target);
    return provider === AWS ? [] : names.map((name) => `${name} (${provider})`);
  };
  const refused = eventsIn(run.entries, 'apply.checked').flatMap(({ event: { data } }) => {
    const last = data.checks.at(-1);
    return last?.outcome === 'refused' ? named(data.digest, `refused: ${last.check}`) : [];
  });
  const redeemed = run.entries.flatMap((entry) =>
    entry.is === 'redeemed'
      ? named(
          entry.row['digest'],
          entry.row['purpose'] === 'apply' ? 'grants redeemed to apply' : 'grants redeemed to roll back',
        )
      : [],
  );
  const ended = eventsIn(run.entries, 'apply.finished').flatMap(({ event: { data } }) => [
    ...(data.reconciled ? named(data.digest, 'changes read off their target') : []),
    ...(data.outcome === 'unknown' ? named(data.digest, 'changes of unknown outcome') : []),
  ]);
  const calls = changesIn(run).flatMap(({ call, session }) =>
    session !== undefined
      ? ['mutating calls (kubernetes)']
      : call.service === 'flags'
        ? ['mutating calls (flags)']
        : [],
  );
  return [...refused, ...redeemed, ...ended, ...calls, ...run.entries.flatMap(countersOfCluster)];
};

/** What became of a request to a cluster. */
const countersOfCluster = (entry: CaseRun['entries'][number]): string[] => {
  if (entry.is !== 'call' || !isClusterCall(entry.call)) return [];
  const { call } = entry;
  if (!call.mutating) return ['reads of a cluster'];
  const refused = call.outcome === 'ok' ? [] : [`refused by the cluster: ${call.outcome}`];
  if (call.dryRun)
    return [isBoundProof(call) ? `proofs of the policy: ${call.outcome}` : 'dry runs by the cluster', ...refused];
  return [isRelease(call) ? 'releases of fields' : 'writes of fields', ...refused];
};
