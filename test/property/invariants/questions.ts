import { subjectOf } from '../../../lambdas/kernel/trace/subject.ts';
import { PEOPLE } from '../fakes/people.ts';
import type { CaseRun } from '../flow.ts';
import { eventsIn } from '../recording.ts';
import type { Invariant } from './invariant.ts';
import { everyChange, startOf, type RecordedChange } from './recorded-changes.ts';
import { wasUnattended } from './unattended.ts';

/** The invariant about changes that a question led to. Setting and asker are those of the case, not of the trace. */

const approversOf = (run: CaseRun, change: RecordedChange): Set<string> => {
  const grantId = startOf(run, change)?.event.data.grantId;
  const grants = eventsIn(run.entries, 'grant.issued').flatMap(({ event }) => event.data.grants);
  return new Set(grants.find(({ id }) => id === grantId)?.approvers);
};

const wrongFor = (change: RecordedChange, run: CaseRun): string | undefined => {
  const opening = eventsIn(run.entries, 'incident.opened').find(({ event }) => event.incident === change.incidentId);
  if (opening === undefined || subjectOf(opening.event).recorded.kind !== 'question') return undefined;
  const { questions, asker } = run.testCase.setting;
  if (questions === 'read-only') return 'a question led to it, and the setting allows no change';
  if (wasUnattended(run, change)) return 'a question led to it, and no person approved it';
  const others = approversOf(run, change);
  if (asker === 'sre') others.delete(PEOPLE.sre);
  return others.size >= 2 ? undefined : `a question led to it, and ${others.size} people besides the asker approved it`;
};

export const questionsNeedTwoPeople: Invariant = {
  name: 'a change that a question led to has two approvers besides the asker, and none is made if the setting is off',
  exercisedBy: [
    'incidents about a question',
    'changes that a question led to',
    'questions of an approver',
    'questions without changes',
  ],
  fault: everyChange(wrongFor),
};
