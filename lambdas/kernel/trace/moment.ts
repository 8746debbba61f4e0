import { contractBroken } from '../../contracts/errors.ts';
import type { TraceEvent, TraceEventOf } from '../../contracts/events.ts';
import { SAYS_LIMIT, type Moment } from '../../contracts/moment.ts';
import { isToldKind, type ToldKind } from '../../contracts/told-events.ts';
import { approvalMoment, requestToResolve } from './moment-approval.ts';
import { momentChange } from './moment-change.ts';
import { headingOf } from './heading.ts';
import { oneLine, plain, sentence, type PlainText } from './outside-text.ts';
import { allOf, findPlan, type PlanOnTrace } from './queries.ts';
import { subjectOf } from './subject.ts';
import { subjectInWords, subjectName } from './subject-text.ts';
import type { Telling } from './telling.ts';
import { whatHappened } from './what-happened.ts';

/** Characters of the title of a subject, and of a name. */
const NAME_LIMIT = 256;
/** Bytes of what happened in an incident: beyond that it is read in the report. */
const HAPPENED_LIMIT = 64 * 1024;

/**
 * The moment that one event of an incident is, or undefined if it is none. Only the trace up to the event counts, so a moment is the
 * same whenever it is made. Without an opening there is no incident to tell of: an event that was refused, a run of the doctor.
 * `pageUrl`: the address of the approval page, without a trailing slash. Throws if the event contradicts the trace.
 */
export const momentOf = (trace: readonly TraceEvent[], seq: number, pageUrl: string): Moment | undefined => {
  const event = trace[seq];
  const [opening] = allOf(trace, 'incident.opened');
  if (event === undefined || opening === undefined || opening.seq > seq || !isTold(event)) return undefined;
  const telling = tellingOf(event, trace.slice(0, seq + 1), pageUrl);
  if (telling === undefined) return undefined;
  const [says, told] = telling;
  const { kind, title, location } = subjectOf(opening);
  const name = (text: string): string => oneLine(text, NAME_LIMIT);
  return {
    version: '1',
    id: `${event.incident}#${event.seq}`,
    incidentId: event.incident,
    seq: event.seq,
    at: event.at,
    agent: name(opening.data.agent),
    subject: { kind, title: name(title) },
    location: location && { account: name(location.account), region: name(location.region) },
    says: oneLine(String(says), SAYS_LIMIT),
    ...told,
  };
};

/** The moments of a trace, in order. */
export const momentsOf = (trace: readonly TraceEvent[], pageUrl: string): Moment[] =>
  trace.map(({ seq }) => momentOf(trace, seq, pageUrl)).filter((moment) => moment !== undefined);

const isTold = (event: TraceEvent): event is TraceEventOf<ToldKind> => isToldKind(event.kind);

const tellingOf = (event: TraceEventOf<ToldKind>, trace: readonly TraceEvent[], pageUrl: string): Telling => {
  switch (event.kind) {
    case 'incident.opened':
      return isFirst(event, trace) ? [openedText(event), { moment: 'incident.opened' }] : undefined;
    case 'incident.attached':
      return joinedTelling(event);
    case 'dry-run.finished':
      return proposedTelling(event);
    case 'approval.asked':
    case 'approval.reminded':
    case 'approval.closed':
      return approvalMoment(event, trace, planIn(event, trace), pageUrl);
    case 'apply.finished':
      return appliedTelling(event, planIn(event, trace));
    case 'change.verified':
      return verifiedTelling(event, planIn(event, trace));
    case 'incident.closed':
      return isFirst(event, trace) ? closedTelling(event, trace) : undefined;
  }
};

/** Whether it is the first event of its kind: an incident opens and closes once, whatever a compromised step appends. */
const isFirst = (event: TraceEvent, trace: readonly TraceEvent[]): boolean =>
  trace.find(({ kind }) => kind === event.kind)?.seq === event.seq;

const planIn = (event: TraceEventOf<ToldKind>, trace: readonly TraceEvent[]): PlanOnTrace => {
  const asked =
    event.kind === 'approval.reminded'
      ? allOf(trace, 'approval.asked').find(({ data }) => data.approvalId === event.data.approvalId)
      : event;
  const digest = asked !== undefined && 'digest' in asked.data ? asked.data.digest : undefined;
  const plan = digest == null ? undefined : findPlan(trace, digest);
  if (plan !== undefined) return plan;
  throw contractBroken(`Event ${event.seq} (${event.kind}) is about a plan that is not on the trace before it.`);
};

const openedText = (opening: TraceEventOf<'incident.opened'>): PlainText =>
  plain`Incident opened: ${subjectInWords(opening)}. The agent ${opening.data.agent} looks into it.`;

const joinedTelling = ({ data: { alarm, says } }: TraceEventOf<'incident.attached'>): Telling => {
  if (alarm === undefined) return undefined;
  const why = says === undefined ? '' : plain` ${sentence(says)}`;
  const joined = oneLine(alarm.name, NAME_LIMIT);
  return [plain`Alarm ${alarm.name} joined the incident.${why}`, { moment: 'incident.joined', joined }];
};

const proposedTelling = ({ data }: TraceEventOf<'dry-run.finished'>): Telling => {
  if (!data.made) return undefined;
  const says = plain`Proposed: ${headingOf(data.plan)}. Nothing has been changed yet.`;
  return [says, { moment: 'change.proposed', change: momentChange(data) }];
};

const LOOK = plain`Look at the target.`;

const appliedTelling = ({ data }: TraceEventOf<'apply.finished'>, planned: PlanOnTrace): Telling => {
  const { outcome, purpose } = data;
  const told = { change: momentChange(planned), outcome };
  const heading = headingOf(planned.plan);
  if (purpose === 'apply') {
    const says = {
      applied: plain`Changed: ${heading}.`,
      failed: plain`The change failed: ${heading}.`,
      unknown: plain`The result of the change is unknown: ${heading}. ${LOOK}`,
    };
    return [says[outcome], { moment: 'change.applied', ...told }];
  }
  const says = {
    applied: plain`Rolled back: ${heading}.`,
    failed: plain`The rollback failed: ${heading}. ${LOOK}`,
    unknown: plain`The result of the rollback is unknown: ${heading}. ${LOOK}`,
  };
  return [says[outcome], { moment: 'change.rolled-back', ...told }];
};

const verifiedTelling = ({ data }: TraceEventOf<'change.verified'>, planned: PlanOnTrace): Telling => {
  const { outcome, next } = data;
  if (outcome === 'waiting') return undefined;
  const heading = headingOf(planned.plan);
  const after = next === 'rollback' ? plain` It is rolled back next.` : '';
  const says = {
    healed: plain`The change helped: ${heading}.${after}`,
    unhealed: plain`The change did not help: ${heading}.${after}`,
    worse: plain`The change made it worse: ${heading}.${after}`,
    inconclusive: plain`Nothing shows whether the change helped: ${heading}.${after}`,
  };
  return [says[outcome], { moment: 'change.verified', change: momentChange(planned), outcome }];
};

const closedTelling = ({ data }: TraceEventOf<'incident.closed'>, trace: readonly TraceEvent[]): Telling => {
  const [opening] = allOf(trace, 'incident.opened');
  const name = opening === undefined ? '' : subjectName(opening, (title) => plain`${title}`);
  const says = plain`Incident closed as ${data.outcome}: ${name}.`;
  const approvalId = requestToResolve(trace);
  const asked = approvalId === undefined ? {} : { approvalId };
  return [says, { moment: 'incident.closed', outcome: data.outcome, ...asked, happened: happenedIn(trace) }];
};

/** Whole sentences, as many as there is room for. */
const happenedIn = (trace: readonly TraceEvent[]): string[] => {
  const all = whatHappened(trace).map(String);
  let bytes = 0;
  const fitting = all.filter((line) => (bytes += Buffer.byteLength(line)) <= HAPPENED_LIMIT);
  return fitting.length === all.length ? all : [...fitting, 'There is more in the report of the incident.'];
};
