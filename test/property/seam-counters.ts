import { providerOfTarget } from '../../lambdas/contracts/plan.ts';
import { AWS } from '../../lambdas/contracts/tool.ts';
import type { TraceEventOf } from '../../lambdas/contracts/events.ts';
import { subjectOf } from '../../lambdas/kernel/trace/subject.ts';
import { PEOPLE } from './fakes/people.ts';
import type { CaseRun } from './flow.ts';
import { changesIn, planOf } from './invariants/recorded-changes.ts';
import { eventsIn } from './recording.ts';

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

/** What happened to plans and changes whose target is not in AWS. The names end in `(flags)`. */
export const countersOfProviders = (run: CaseRun): string[] => {
  const isFlag = (digest: unknown): boolean => {
    const plan = typeof digest === 'string' ? planOf(run, digest) : undefined;
    return plan !== undefined && providerOfTarget(plan.target) !== AWS;
  };
  const refused = eventsIn(run.entries, 'apply.checked').flatMap(({ event: { data } }) => {
    const last = data.checks.at(-1);
    return isFlag(data.digest) && last?.outcome === 'refused' ? [`refused: ${last.check}`] : [];
  });
  const redeemed = run.entries.flatMap((entry) =>
    entry.is === 'redeemed' && isFlag(entry.row['digest'])
      ? [entry.row['purpose'] === 'apply' ? 'grants redeemed to apply' : 'grants redeemed to roll back']
      : [],
  );
  const ended = eventsIn(run.entries, 'apply.finished').flatMap(({ event: { data } }) => {
    if (!isFlag(data.digest)) return [];
    const recovered = data.reconciled ? ['changes read off their target'] : [];
    return data.outcome === 'unknown' ? ['changes of unknown outcome', ...recovered] : recovered;
  });
  const calls = changesIn(run).flatMap(({ call }) => (call.service === 'flags' ? ['mutating calls'] : []));
  return [...refused, ...redeemed, ...ended, ...calls].map((name) => `${name} (flags)`);
};
