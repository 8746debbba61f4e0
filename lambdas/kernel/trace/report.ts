import type { TraceEvent } from '../../contracts/events.ts';
import { endingOf } from './ending.ts';
import { allOf, lastOf, plansOf, usageOf } from './queries.ts';
import { modelCost, reportLines } from './plan-text.ts';

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ['', `## ${title}`, '', ...lines];

const conclusionLines = (events: readonly TraceEvent[]): string[] => {
  const { conclusion } = endingOf(events);
  if (conclusion === null) return [];
  const seqs = new Map(allOf(events, 'evidence.gathered').map((event) => [event.data.evidence, event.seq]));
  const cited = (handles: readonly string[]): string =>
    handles.map((handle) => `${handle} (event ${seqs.get(handle) ?? '?'})`).join(', ');
  return [
    conclusion.summary,
    '',
    `Root cause (${conclusion.confidence} confidence): ${conclusion.rootCause}`,
    '',
    ...conclusion.claims.map((claim) => `- ${claim.text} Evidence: ${cited(claim.evidence)}.`),
    ...conclusion.followUps.map((one) => `- Follow-up: ${one}`),
  ];
};

const isFinished = (events: readonly TraceEvent[], { seq }: TraceEvent): boolean =>
  allOf(events, 'apply.finished').some((event) => event.seq > seq);

/** The history of one plan, from its policy decision to its verification. */
const planHistory = (events: readonly TraceEvent[], digest: string): string[] => {
  const about = events.filter((event) => 'digest' in event.data && event.data.digest === digest);
  return about.flatMap((event): string[] => {
    switch (event.kind) {
      case 'plan.judged':
        return [
          `policy: ${event.data.verdict}${event.data.checks
            .filter((check) => check.outcome === 'refused')
            .map((check) => `, ${check.reason}`)
            .join('')}`,
        ];
      case 'approval.closed':
        return [
          `approval: ${event.data.outcome}${event.data.by.length === 0 ? '' : ` by ${event.data.by.join(', ')}`}${event.data.breakGlass === true ? ', in spite of a change freeze' : ''}. ${event.data.reason}`,
        ];
      case 'apply.checked':
        return event.data.verdict === 'refused'
          ? [`${event.data.purpose}: refused. ${event.data.checks.at(-1)?.reason ?? ''}`]
          : [];
      case 'apply.started':
        return isFinished(events, event)
          ? []
          : [`${event.data.purpose}: started at ${event.at}, and no result was recorded. Look at the target.`];
      case 'apply.finished':
        return [
          `${event.data.purpose}: ${event.data.outcome} at ${event.at}${event.data.error === null ? '' : `. ${event.data.error.says}`}`,
        ];
      case 'change.verified':
        return event.data.outcome === 'waiting'
          ? []
          : [`verification: ${event.data.outcome}. ${event.data.findings.map((one) => one.detail).join(' ')}`];
      default:
        return [];
    }
  });
};

const planLines = (events: readonly TraceEvent[]): string[] =>
  plansOf(events).flatMap(({ handle, digest, plan }) => [
    `### ${handle}: ${plan.tool} on ${plan.target.id}`,
    '',
    ...reportLines(plan.report).map((line) => `- ${line}`),
    ...planHistory(events, digest).map((line) => `- ${line}`),
    `- digest: ${digest}`,
    '',
  ]);

const refusalLines = (events: readonly TraceEvent[]): string[] => [
  ...allOf(events, 'call.refused').map(
    (event) => `- event ${event.seq}: ${event.data.tool || 'no call'} (${event.data.check}): ${event.data.reason}`,
  ),
  ...allOf(events, 'proposal.judged').flatMap((event) =>
    event.data.checks
      .filter((check) => check.outcome === 'refused')
      .map((check) => `- event ${event.seq}: ${event.data.tool} (${check.check}): ${check.reason}`),
  ),
  ...allOf(events, 'dry-run.finished').flatMap((event) =>
    event.data.made ? [] : [`- event ${event.seq}: ${event.data.tool} (dry run): ${event.data.reason}`],
  ),
  ...allOf(events, 'breaker.tripped').map(
    (event) =>
      `- event ${event.seq}: breaker of ${event.data.scope} tripped by ${event.data.policy}: ${event.data.reason}`,
  ),
];

const evidenceLines = (events: readonly TraceEvent[]): string[] =>
  allOf(events, 'evidence.gathered').map(({ data }) => {
    const flag = data.suspicions.length === 0 ? '' : ` [suspicious text: ${data.suspicions.join('; ')}]`;
    return `- ${data.evidence} ${data.tool}${data.outcome === 'failed' ? ' (no answer)' : ''}: ${data.text.split('\n', 1)[0] ?? ''}${flag}`;
  });

/** The incident as a Markdown report, generated from its trace alone. */
export const reportOf = (events: readonly TraceEvent[]): string => {
  const opening = lastOf(events, 'incident.opened');
  const ending = endingOf(events);
  const used = usageOf(events);
  const alarm = opening?.data.alarm ?? null;
  const title = alarm === null ? (opening?.data.detailType ?? 'An event that was not taken up') : alarm.name;
  return [
    `# ${title}: ${ending.outcome}`,
    '',
    ending.reason,
    '',
    `Incident ${events[0]?.incident ?? '?'}, opened ${events[0]?.at ?? '?'}${opening === undefined ? '' : `, agent ${opening.data.agent}`}. ${used.turns} model turns, ${used.tokens} tokens, ${modelCost(used.microUsd)}.`,
    ...(alarm === null ? [] : ['', `In account ${alarm.account}, ${alarm.region}. Alarm reason: ${alarm.reason}`]),
    ...section('Conclusion', conclusionLines(events)),
    ...section('Changes', planLines(events)),
    ...section('Refused', refusalLines(events)),
    ...section('Evidence', evidenceLines(events)),
    '',
  ].join('\n');
};
