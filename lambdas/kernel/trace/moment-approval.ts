import { contractBroken, type StepError } from '../../contracts/errors.ts';
import type { TraceEvent, TraceEventOf } from '../../contracts/events.ts';
import { approvalIdOf } from './approval-id.ts';
import { headingOf } from './heading.ts';
import { momentChange } from './moment-change.ts';
import { joined, oneLine, plain, type PlainText } from './outside-text.ts';
import { minuteOf } from './plan-text.ts';
import { allOf, type PlanOnTrace } from './queries.ts';
import type { Telling } from './telling.ts';

/** Ids of people in a moment, and in its sentence. */
const MOST_IDS = 200;
const MOST_NAMED = 5;
/** Characters of an id: of the longest e-mail address. */
const ID_LIMIT = 254;

type Asked = TraceEventOf<'approval.asked'>;
type Reminded = TraceEventOf<'approval.reminded'>;
type Closed = TraceEventOf<'approval.closed'>;

/** What people outside the flow hear of an approval request. A request is asked once, and decided once. */
export const approvalMoment = (
  event: Asked | Reminded | Closed,
  trace: readonly TraceEvent[],
  planned: PlanOnTrace,
  pageUrl: string,
): Telling => {
  const { approvalId } = event.data;
  if (approvalId !== approvalIdOf(event.incident, planned.digest)) throw ofAnother(event);
  if (event.kind === 'approval.reminded') return reminded(event, trace, planned, pageUrl);
  const first = allOf(trace, event.kind).find(({ data }) => data.approvalId === approvalId);
  if (first?.seq !== event.seq) return undefined;
  return event.kind === 'approval.asked' ? asked(event, planned, pageUrl) : decided(event, planned);
};

/** The last request that people of this incident were asked. One of another incident or plan is nobody's to resolve here. */
export const requestToResolve = (trace: readonly TraceEvent[]): string | undefined =>
  allOf(trace, 'approval.asked').findLast(
    ({ incident, data }) => data.approvalId === approvalIdOf(incident, data.digest),
  )?.data.approvalId;

/** A page has the id of its request as key, so an event of this incident with that of another would resolve its page. */
const ofAnother = ({ seq, kind, data }: Asked | Reminded | Closed): StepError =>
  contractBroken(
    `Event ${seq} (${kind}) names the approval request ${oneLine(data.approvalId, ID_LIMIT)}, which is not that of this plan in this incident.`,
  );

const asked = ({ data }: Asked, planned: PlanOnTrace, pageUrl: string): Telling => {
  const says = plain`${neededText(data.needed)} before ${minuteOf(data.expiresAt)}: ${headingOf(planned.plan)}.`;
  return [says, { moment: 'approval.asked', ...requestOf(data, data.approvers, planned, pageUrl) }];
};

const neededText = (needed: number): PlainText =>
  needed === 1 ? plain`An approval is needed` : plain`${needed} approvals are needed`;

const reminded = (event: Reminded, trace: readonly TraceEvent[], planned: PlanOnTrace, pageUrl: string): Telling => {
  const { approvalId, approvers, round } = event.data;
  const isOfRequest = ({ data }: Asked | Reminded): boolean => data.approvalId === approvalId;
  const first = allOf(trace, 'approval.asked').find(isOfRequest);
  if (first === undefined)
    throw contractBroken(`Event ${event.seq} is a reminder of ${approvalId}, which nobody was asked before it.`);
  const earlier = [first, ...allOf(trace, 'approval.reminded').filter(isOfRequest)].filter(
    ({ seq }) => seq < event.seq,
  );
  const known = new Set(earlier.flatMap(({ data }) => data.approvers));
  const newly = approvers.filter((one) => !known.has(one));
  const request = { ...requestOf(first.data, approvers, planned, pageUrl), reminder: round };
  const still = plain`${neededText(first.data.needed)} before ${minuteOf(first.data.expiresAt)}: ${headingOf(planned.plan)}.`;
  if (newly.length === 0) return [plain`Reminder ${round}. ${still}`, { moment: 'approval.reminded', ...request }];
  const says = plain`Nobody has decided, so ${people(newly)} ${newly.length === 1 ? plain`is` : plain`are`} asked too. ${still}`;
  return [says, { moment: 'approval.escalated', ...request, newly: idsOf(newly) }];
};

const requestOf = (
  { approvalId, needed, expiresAt }: Asked['data'],
  approvers: readonly string[],
  planned: PlanOnTrace,
  pageUrl: string,
) => ({
  approvalId,
  change: momentChange(planned),
  approvers: idsOf(approvers),
  needed,
  expiresAt,
  page: `${pageUrl}/?a=${encodeURIComponent(approvalId)}`,
});

const decided = ({ data }: Closed, planned: PlanOnTrace): Telling => {
  const { approvalId, outcome, by, check } = data;
  const breakGlass = data.breakGlass === true;
  const says = plain`${decisionText(data)}: ${headingOf(planned.plan)}.`;
  // A check that refused is no person.
  const deciders = check === undefined ? by : [];
  return [
    says,
    { moment: 'approval.decided', approvalId, change: momentChange(planned), outcome, by: idsOf(deciders), breakGlass },
  ];
};

const decisionText = ({ outcome, by, check, breakGlass }: Closed['data']): PlainText => {
  switch (outcome) {
    case 'granted':
      return plain`Approved by ${people(by)}${breakGlass === true ? plain`, in spite of a change freeze` : ''}`;
    case 'denied':
      return check === undefined
        ? plain`Denied by ${people(by)}`
        : plain`Approved, and refused by a check then (${check})`;
    case 'expired':
      return plain`Not approved in time, which counts as no`;
  }
};

const idsOf = (all: readonly string[]): string[] => all.slice(0, MOST_IDS).map((one) => oneLine(one, ID_LIMIT));

const people = (all: readonly string[]): PlainText => {
  const more = all.length > MOST_NAMED ? plain` and ${all.length - MOST_NAMED} more` : '';
  return plain`${joined(all.slice(0, MOST_NAMED), ', ')}${more}`;
};
