import type { TraceEvent, TraceEventOf } from '../../contracts/events.ts';
import { endingOf, type Ending } from './ending.ts';
import { headingOf, targetLine } from './heading.ts';
import {
  asciiName,
  blockLine,
  joined,
  lines,
  markdownOf,
  named,
  ours,
  plain,
  quoted,
  sentence,
  type PlainText,
} from './outside-text.ts';
import { alarmsCounted, joinedAlarmLines, joinedCount } from './joined-alarms.ts';
import { allOf, doctorRunOn, lastOf, plansOf, usageOf } from './queries.ts';
import { quietLine } from './quiet-run.ts';
import { checkLine, modelCost, peopleNeeded, reportLines } from './plan-text.ts';
import { decidersOf, rulesOf, timelineOf } from './report-timeline.ts';
import { subjectOf } from './subject.ts';
import { linkOf, SUBJECT_HEADING, subjectDetails, subjectInWords, subjectName } from './subject-text.ts';
import { whatHappened } from './what-happened.ts';

/** One line of a report, before it becomes Markdown or mail. */
interface Line {
  /**
   * A `detail` is for whoever checks the report; the mail leaves it out. A `link` is an address of ours, and stays one. A
   * `block` is code, in Markdown with each sign as it is. A `note` is about how the mail writes it.
   */
  readonly as: 'title' | 'section' | 'plan' | 'text' | 'link' | 'item' | 'detail' | 'block' | 'note';
  readonly text: PlainText;
  /** Of a block. */
  readonly exact?: PlainText;
}

const line = (as: Line['as'], text: PlainText): Line => ({ as, text });

/** As long as the longest text of a conclusion. */
const WORDS_LIMIT = 2000;
/** As long as all that a tool adds to a refusal. */
const BLOCK_LIMIT = 4000;

const section = (title: PlainText, content: readonly Line[]): Line[] =>
  content.length === 0 ? [] : [line('section', title), ...content];

/** The numbers of a statement that its review did not find; statement 0 is the summary. */
const notFound = (events: readonly TraceEvent[], statement: number): PlainText => {
  const all = lastOf(events, 'conclusion.reviewed')?.data.numbersNotFound ?? [];
  const numbers = all.filter((one) => one.statement === statement).map(({ number }) => quoted(number, 100));
  return numbers.length === 0 ? plain`` : plain` Not found in the evidence: ${joined(numbers, ', ')}.`;
};

const items = (texts: readonly PlainText[]): Line[] => texts.map((text) => line('item', text));

const conclusionLines = (events: readonly TraceEvent[]): Line[] => {
  const { conclusion } = endingOf(events);
  if (conclusion === null) return [];
  const seqs = new Map(allOf(events, 'evidence.gathered').map((event) => [event.data.evidence, event.seq]));
  const cited = (handles: readonly string[]): PlainText =>
    joined(
      handles.map((handle) => plain`${handle} (event ${seqs.get(handle) ?? '?'})`),
      ', ',
    );
  const { summary, confidence, rootCause, claims, followUps } = conclusion;
  return [
    line('text', plain`Summary: ${quoted(summary, WORDS_LIMIT)}${notFound(events, 0)}`),
    line('text', plain`Root cause (${confidence} confidence): ${quoted(rootCause, WORDS_LIMIT)}`),
    ...claims.map(({ text, evidence }, index) => {
      const mark = notFound(events, index + 1);
      return line('item', plain`Claim: ${quoted(text, WORDS_LIMIT)} Evidence: ${cited(evidence)}.${mark}`);
    }),
    ...followUps.map((one) => line('item', plain`Follow-up: ${quoted(one)}`)),
  ];
};

const isFinished = (events: readonly TraceEvent[], { seq }: TraceEvent): boolean =>
  allOf(events, 'apply.finished').some((event) => event.seq > seq);

/** The history of one plan, from its policy decision to its verification. */
const planHistory = (events: readonly TraceEvent[], digest: string): PlainText[] => {
  const about = events.filter((event) => 'digest' in event.data && event.data.digest === digest);
  return about.flatMap((event): PlainText[] => {
    switch (event.kind) {
      case 'plan.judged': {
        const { approvalsNeeded, statements } = event.data;
        if (event.data.verdict === 'needs-approval')
          return [plain`policy: needs the approval of ${peopleNeeded(approvalsNeeded, statements)}`];
        const refused = event.data.checks.filter((check) => check.outcome === 'refused');
        return [plain`policy: ${event.data.verdict}${refused.map((check) => plain`, ${sentence(check.reason)}`)}`];
      }
      case 'approval.closed':
        return [approvalLine(event.data)];
      case 'apply.checked':
        return event.data.verdict === 'refused'
          ? [plain`${event.data.purpose}: refused. ${sentence(event.data.checks.at(-1)?.reason ?? '')}`]
          : [];
      case 'apply.started':
        return isFinished(events, event)
          ? []
          : [plain`${event.data.purpose}: started at ${event.at}, and no result was recorded. Look at the target.`];
      case 'apply.finished': {
        const { purpose, outcome, error } = event.data;
        return [plain`${purpose}: ${outcome} at ${event.at}${error === null ? '' : plain`. ${sentence(error.says)}`}`];
      }
      case 'change.verified': {
        const { outcome, findings } = event.data;
        const details = findings.map(({ detail }) => sentence(detail, 400));
        return outcome === 'waiting' ? [] : [plain`verification: ${outcome}. ${joined(details, ' ')}`];
      }
      default:
        return [];
    }
  });
};

const approvalLine = ({
  outcome,
  by,
  reason,
  breakGlass,
  check,
}: Extract<TraceEvent, { kind: 'approval.closed' }>['data']) => {
  if (check !== undefined) return plain`approval: given, but refused (${check}). ${sentence(reason)}`;
  return plain`approval: ${outcome}${by.length === 0 ? '' : plain` by ${joined(by, ', ')}`}${
    breakGlass === true ? plain`, in spite of a change freeze` : ''
  }. ${by.length === 0 ? sentence(reason) : quoted(reason, WORDS_LIMIT)}`;
};

const planLines = (events: readonly TraceEvent[]): Line[] =>
  plansOf(events).flatMap(({ handle, digest, plan }) => [
    line('plan', plain`${handle}: ${headingOf(plan)}`),
    line('item', plain`target: ${targetLine(plan.target)}`),
    ...reportLines({ ...plan.report, checks: [] }).map((text) => line('item', text)),
    ...plan.report.checks.map((check) => line(check.outcome === 'passed' ? 'detail' : 'item', checkLine(check))),
    ...planHistory(events, digest).map((text) => line('item', text)),
    line('detail', plain`digest: ${digest}`),
  ]);

const refusalLines = (events: readonly TraceEvent[]): Line[] =>
  [
    ...allOf(events, 'call.refused').map(
      ({ seq, data }) => plain`event ${seq}: ${data.tool || plain`no call`} (${data.check}): ${sentence(data.reason)}`,
    ),
    ...allOf(events, 'proposal.judged').flatMap(({ seq, data }) =>
      data.checks
        .filter((check) => check.outcome === 'refused')
        .map((check) => plain`event ${seq}: ${data.tool} (${check.check}): ${sentence(check.reason)}`),
    ),
    ...allOf(events, 'dry-run.finished').flatMap(({ seq, data }) =>
      data.made ? [] : [plain`event ${seq}: ${data.tool} (dry run): ${sentence(data.reason)}`],
    ),
    ...allOf(events, 'breaker.tripped').map(
      ({ seq, data }) =>
        plain`event ${seq}: breaker of ${data.scope} tripped by ${data.policy}: ${sentence(data.reason)}`,
    ),
  ].map((text) => line('item', text));

/** What tools added to refusals, line by line: a patch to commit, for example. */
const insteadLines = (events: readonly TraceEvent[]): Line[] =>
  allOf(events, 'proposal.judged').flatMap(({ seq, incident, data: { tool, instead } }) => {
    if (instead === undefined) return [];
    const block = instead.split('\n').map((text) => blockLine(text, BLOCK_LIMIT));
    const isExact = block.every(({ exact, linkless }) => String(exact) === String(linkless));
    return [
      line('text', plain`Event ${seq}, ${tool}:`),
      ...block.map(({ exact, linkless }): Line => ({ as: 'block', text: linkless, exact })),
      ...(isExact ? [] : [line('note', linklessNote(incident))]),
    ];
  });

/** Mail programs make links of names with a dot and a slash, such as images. Who names an image must not place a link here. */
const linklessNote = (incident: string): PlainText =>
  plain`Dots and colons that would make a link stand in brackets here. As it is: npx checkrein trace get ${incident} --out trace.jsonl --report report.md`;

const evidenceLines = (events: readonly TraceEvent[]): Line[] =>
  allOf(events, 'evidence.gathered').map(({ data }) => {
    const { evidence, tool, outcome, text, suspicions } = data;
    const flags = joined(
      suspicions.map((one) => sentence(one, 200)),
      '; ',
    );
    const flag = suspicions.length === 0 ? '' : plain` [suspicious text: ${flags}]`;
    const first = quoted(text.split('\n', 1)[0] ?? '', 300);
    return line('item', plain`${evidence} ${tool}${outcome === 'failed' ? plain` (no answer)` : ''}: ${first}${flag}`);
  });

/** Why the incident ended as it did. What the agent or a failing service said is quoted. */
const whyItEnded = (events: readonly TraceEvent[], { outcome, reason }: Ending): PlainText => {
  const escalation = lastOf(events, 'escalation.asked');
  if (outcome === 'escalated' && escalation?.step === 'decide' && escalation.data.reason === reason)
    return plain`The agent asks for a human. In its words, not checked: ${quoted(reason, WORDS_LIMIT)}`;
  const failed = lastOf(events, 'harness.failed')?.data;
  if (outcome === 'failed' && failed !== undefined)
    return plain`The harness failed: ${failed.error}. ${quoted(failed.cause, WORDS_LIMIT)}`;
  return sentence(reason, WORDS_LIMIT);
};

/** What happened and what was changed comes first, the agent's own words after it. */
const contentOf = (events: readonly TraceEvent[]): Line[] => {
  const opening = lastOf(events, 'incident.opened');
  const ending = endingOf(events);
  const used = usageOf(events);
  const opened = opening === undefined ? '' : plain`, agent ${opening.data.agent}`;
  return [
    line('title', plain`${ending.outcome}: ${nameOf(events)}`),
    ...whatHappened(events).map((text) => line('text', text)),
    line('text', whyItEnded(events, ending)),
    line(
      'text',
      plain`Incident ${events[0]?.incident ?? '?'}, opened ${events[0]?.at ?? '?'}${opened}. ${used.turns} model turns, ${used.tokens} tokens, ${sentence(modelCost(used.microUsd))}.`,
    ),
    ...(opening === undefined ? [] : subjectLines(opening, events)),
    ...(opening?.data.follows === undefined
      ? []
      : [line('text', plain`It had joined incident ${opening.data.follows} and was in ALARM when that one closed.`)]),
    ...(opening?.data.cleaned ?? []).map((one) => line('item', plain`Of the event was cleaned: ${sentence(one)}`)),
    ...items(modelTests(events)),
    ...items(clusterTests(events)),
    ...section(plain`Timeline (UTC)`, items(timelineOf(events))),
    ...section(plain`Changes`, planLines(events)),
    ...section(plain`In the agent's words: its conclusion`, conclusionLines(events)),
    ...section(plain`Refused`, refusalLines(events)),
    ...section(plain`Instead of what was refused`, insteadLines(events)),
    ...section(plain`Evidence`, evidenceLines(events)),
    ...section(plain`Model and policies`, [
      ...items(decidersOf(events)),
      ...rulesOf(events).map((text) => line('detail', text)),
    ]),
  ];
};

/** What a run of the doctor found out about each model. */
const modelTests = (events: readonly TraceEvent[]): PlainText[] =>
  allOf(events, 'model.tested').flatMap(({ data }) =>
    data.models.map(({ model, answered, reason }) =>
      answered ? plain`The model ${model} answered.` : plain`The model ${model} gave no answer. ${sentence(reason)}`,
    ),
  );

/** What a run of the doctor found out about each cluster. */
const clusterTests = (events: readonly TraceEvent[]): PlainText[] =>
  allOf(events, 'clusters.tested').flatMap(({ data }) =>
    data.clusters.map(({ cluster, outcome, says }) =>
      outcome === 'ok' ? plain`The cluster ${cluster} is ready.` : plain`The cluster ${cluster}: ${sentence(says)}`,
    ),
  );

/** What the subject is, where, what it says is wrong, which alarms joined, and its page in the console. */
const subjectLines = (opening: TraceEventOf<'incident.opened'>, events: readonly TraceEvent[]): Line[] => {
  const subject = subjectOf(opening);
  const link = linkOf(subject);
  return [
    line('text', plain`${SUBJECT_HEADING[subject.kind]}: ${subjectInWords(opening)}.`),
    ...subjectDetails(subject).map((text) => line('text', text)),
    ...joinedAlarmLines(events).map((text) => line('text', text)),
    ...(link === undefined ? [] : [line('link', link)]),
  ];
};

/** What the incident is about. */
const nameOf = (events: readonly TraceEvent[], show: (name: string) => PlainText = named): PlainText => {
  const opening = lastOf(events, 'incident.opened');
  if (opening === undefined)
    return doctorRunOn(events) === undefined ? plain`an event that was not taken up` : plain`a run of checkrein doctor`;
  return subjectName(opening, show);
};

const MARKDOWN: Record<Line['as'], string> = {
  title: '# ',
  section: '\n## ',
  plan: '\n### ',
  text: '\n',
  link: '\nIn the console: ',
  item: '- ',
  detail: '- ',
  // Code of Markdown, in which nothing has a meaning, and no address becomes a link.
  block: '    ',
  note: '',
};

const isItem = (as: Line['as'] | undefined): boolean => as === 'item' || as === 'detail';

/** The incident as a Markdown report, generated from its trace alone. `verify` is the command that checks that trace. */
export const reportOf = (events: readonly TraceEvent[], verify?: string): string => {
  const shown = contentOf(events).filter(({ as }) => as !== 'note');
  const content = shown.map(({ as, text, exact = text }, at, all) => {
    const before = all[at - 1]?.as;
    const gap = (isItem(as) && !isItem(before)) || (as === 'block' && before !== 'block') ? '\n' : '';
    if (as === 'block') return `${gap}${MARKDOWN[as]}${String(exact)}`;
    return `${gap}${MARKDOWN[as]}${as === 'link' ? `<${String(text)}>` : markdownOf(text)}`;
  });
  const check = verify === undefined ? [] : ['\n## Verify this trace\n', '```bash', String(ours(verify)), '```'];
  return `${[...content, ...check].join('\n')}\n`;
};

const inMail = ({ as, text }: Line): PlainText[] => {
  switch (as) {
    case 'title':
      return [text];
    case 'text':
    case 'note':
      return [plain``, text];
    case 'link':
      return [plain``, plain`In the console: ${text}`];
    case 'section':
      return [plain``, plain``, text];
    case 'plan':
      return [plain``, text];
    case 'item':
      return [plain`  - ${text}`];
    case 'block':
      return [plain`    ${text}`];
    case 'detail':
      return [];
  }
};

/** Characters of a name in the subject of a mail: with an outcome, its kind and a number of alarms they are fewer than 100. */
const SUBJECT_ROOM = 50;

const alsoJoined = (events: readonly TraceEvent[]): PlainText => {
  const count = joinedCount(events);
  return count === 0 ? plain`` : plain` and ${alarmsCounted(count, true)}`;
};

/** The closing mail: the report as plain text, without the details. One line of a scheduled run that found nothing to do. */
export const closingMessage = (events: readonly TraceEvent[]): { subject: PlainText; text: PlainText } => ({
  subject: plain`${endingOf(events).outcome}: ${nameOf(events, (name) => asciiName(name, SUBJECT_ROOM))}${alsoJoined(events)}`,
  text: quietLine(events) ?? lines(contentOf(events).flatMap(inMail)),
});
