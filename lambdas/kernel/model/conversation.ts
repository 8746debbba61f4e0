import type { EventKind, TraceEvent, TraceEventOf } from '../../contracts/events.ts';
import type { ContentBlock, Message, UserBlock } from '../../contracts/model.ts';
import { allOf, callsOf, openingOf } from '../trace/queries.ts';
import { subjectOf } from '../trace/subject.ts';
import { fenced, fenceOf } from '../redaction/untrusted.ts';
import { chosenLines, openingLine } from './subject-brief.ts';

/**
 * The conversation, rebuilt from the trace before every turn. There is no other memory, so an auditor can
 * read exactly what the model read.
 */

/**
 * Evidence kept in full, in characters (about 60,000 tokens). When it is more, the oldest is shortened until half of it is left:
 * in large, rare steps, because each step changes what the model has read, so the API cannot use its copy of that. A token read
 * from that copy costs 0.1 of its price, one written to it 1.25. With a step per 120,000 characters, each character of evidence is
 * written about twice; if a little of the oldest were shortened in every turn, everything would be written in every turn.
 */
const EVIDENCE_IN_FULL = 240_000;
const KEPT_IN_A_STEP = EVIDENCE_IN_FULL / 2;
/** What is kept of evidence that was compacted. */
const EXCERPT_LENGTH = 200;

/** What happened: our own words first, then what others chose, between fences. */
const incidentBrief = (events: readonly TraceEvent[]): UserBlock => {
  const opening = openingOf(events);
  const fence = fenceOf(opening.hash);
  const quoted = chosenLines(opening).join('\n').replaceAll(fence, '[fence removed]');
  return {
    type: 'text',
    text: [`Incident ${opening.incident}.`, openingLine(subjectOf(opening)), `<${fence}>`, quoted, `</${fence}>`].join(
      '\n',
    ),
  };
};

const asBlock = (toolUseId: string | null, text: string, isError: boolean): UserBlock =>
  toolUseId === null ? { type: 'text', text } : { type: 'tool_result', toolUseId, text, isError };

const repliesAfter = (
  events: readonly TraceEvent[],
  texts: ReadonlyMap<number, string>,
): Map<string | null, UserBlock[]> => {
  const byCall = new Map<string | null, UserBlock[]>();
  for (const event of events)
    for (const reply of event.replies ?? [])
      byCall.set(reply.toolUseId, [
        ...(byCall.get(reply.toolUseId) ?? []),
        asBlock(reply.toolUseId, texts.get(event.seq) ?? reply.text, reply.isError),
      ]);
  return byCall;
};

/** Every call of a turn gets exactly one result, as the Messages API requires: the newest one. */
const answersTo = (
  turn: TraceEventOf<'model.called'>,
  replies: ReadonlyMap<string | null, readonly UserBlock[]>,
): UserBlock[] => {
  const ids = new Set(callsOf(turn).map((call) => call.id));
  const results = [...ids].map(
    (id) =>
      replies.get(id)?.at(-1) ??
      asBlock(id, 'No result was recorded for this call. Do not assume that anything happened.', true),
  );
  const blocks = [...results, ...(replies.get(null) ?? [])];
  return blocks.length > 0 ? blocks : [{ type: 'text', text: 'Go on.' }];
};

/** The content of a turn. Of calls with the same id only the first is kept: the Messages API rejects duplicates. */
const contentOf = ({ data: { content } }: TraceEventOf<'model.called'>): ContentBlock[] =>
  content.length === 0
    ? [{ type: 'text', text: '(no answer)' }]
    : content.filter(
        (block, index) =>
          block.type !== 'tool_use' ||
          content.findIndex((other) => other.type === 'tool_use' && other.id === block.id) === index,
      );

/** The evidence that is shortened by now, oldest first. More evidence never changes what was shortened before it. */
const shortenedOf = (evidence: readonly TraceEventOf<'evidence.gathered'>[]): TraceEventOf<'evidence.gathered'>[] => {
  let shortened = 0;
  let full = 0;
  for (const [index, { data }] of evidence.entries()) {
    full += data.text.length;
    if (full <= EVIDENCE_IN_FULL) continue;
    for (; full > KEPT_IN_A_STEP && shortened < index; shortened += 1)
      full -= evidence[shortened]?.data.text.length ?? 0;
  }
  return evidence.slice(0, shortened).filter(({ data }) => data.text.length > EXCERPT_LENGTH);
};

/** What the model reads of evidence that was shortened: a line that says how to get the rest. */
const compacted = (events: readonly TraceEvent[]): Map<number, string> => {
  const fence = fenceOf(openingOf(events).hash);
  return new Map(
    shortenedOf(allOf(events, 'evidence.gathered')).map(({ seq, data: { evidence, tool, text } }) => {
      const digest = fenced(fence, evidence, tool, text.slice(0, EXCERPT_LENGTH));
      return [seq, `[${evidence} was shortened to save room; call ${tool} again for the rest]\n${digest}`];
    }),
  );
};

/** The evidence as the model read it at first, by event: some of a very large turn was shortened at once. */
export const evidenceAsRead = (events: readonly TraceEvent[]): Map<number, string> => {
  const texts = new Map<number, string>();
  let before = 0;
  for (const { seq } of allOf(events, 'model.called')) {
    const shortened = compacted(events.slice(0, seq));
    for (const event of allOf(events.slice(before, seq), 'evidence.gathered'))
      texts.set(event.seq, shortened.get(event.seq) ?? event.data.text);
    before = seq;
  }
  return texts;
};

/**
 * Before which turn the model reads the replies of each event. A step's own events follow the turn that caused them. An
 * alarm joins at any time, also while the model answers: what came after the request of a turn belongs to the next one.
 */
const byTurn = (events: readonly TraceEvent[]): TraceEvent[][] => {
  const groups: TraceEvent[][] = [[]];
  let asked = 0;
  let answered = 0;
  for (const event of events) {
    if (event.kind === 'budget.checked') asked += 1;
    if (event.kind === 'model.called') answered += 1;
    (groups[event.kind === 'incident.attached' ? Math.max(asked, answered) : answered] ??= []).push(event);
  }
  return groups;
};

/** The messages of the next model call. Assistant turns are returned unchanged. */
export const messagesOf = (events: readonly TraceEvent[]): Message[] => {
  const texts = compacted(events);
  const [firstLook = [], ...groups] = byTurn(events);
  const opening = repliesAfter(firstLook, texts).get(null) ?? [];
  const messages: Message[] = [{ role: 'user', content: [incidentBrief(events), ...opening] }];
  for (const [index, turn] of allOf(events, 'model.called').entries()) {
    messages.push({ role: 'assistant', content: contentOf(turn) });
    messages.push({ role: 'user', content: answersTo(turn, repliesAfter(groups[index] ?? [], texts)) });
  }
  return messages;
};

/** Event kinds that show progress: something was observed, proposed, confirmed or concluded. */
const PROGRESS: readonly EventKind[] = ['evidence.gathered', 'proposal.judged', 'plan.judged', 'conclusion.reviewed'];

/** Whether the newest `count` turns made no progress. */
export const isStuck = (events: readonly TraceEvent[], count: number): boolean => {
  const turns = allOf(events, 'model.called').slice(-count);
  const since = turns[0]?.seq;
  if (since === undefined || turns.length < count) return false;
  return !events.slice(since).some((event) => PROGRESS.includes(event.kind));
};
