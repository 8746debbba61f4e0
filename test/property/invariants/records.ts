import { Outcome } from '../../../lambdas/contracts/conclusion.ts';
import { isKind, type TraceEvent } from '../../../lambdas/contracts/events.ts';
import { canonical } from '../../../lambdas/kernel/trace/canonical.ts';
import { verifyTrace } from '../../../lambdas/kernel/trace/chain.ts';
import { allOf, callsOf } from '../../../lambdas/kernel/trace/queries.ts';
import type { ModelRequest } from '../../../lambdas/contracts/ports.ts';
import { bodyOf, linksIn } from '../fakes/people.ts';
import type { CaseRun } from '../flow.ts';
import { firstFault, type Invariant } from './invariant.ts';

/** Invariants about what must be recorded, and what must never be. */

const sorted = (ids: readonly string[]): string => JSON.stringify(ids.toSorted());

/** All calls of an assistant message are answered once, in the user message that follows. */
const unanswered = ({ messages }: ModelRequest): string | undefined => {
  for (const [index, message] of messages.entries()) {
    if (message.role !== 'assistant') continue;
    const calls = message.content.flatMap((block) => (block.type === 'tool_use' ? [block.id] : []));
    const next = messages[index + 1];
    if (next?.role !== 'user') return `nothing follows turn ${index}`;
    const results = next.content.flatMap((block) => (block.type === 'tool_result' ? [block.toolUseId] : []));
    if (sorted(calls) !== sorted(results)) return `calls ${sorted(calls)} got the answers ${sorted(results)}`;
    const silent = next.content.some(
      (block) => block.text.trim() === '' || block.text.startsWith('No result was recorded'),
    );
    if (silent) return `a call of turn ${index} was answered with nothing`;
  }
  return undefined;
};

export const everyCallIsAnswered: Invariant = {
  name: 'every call of the model is answered exactly once',
  exercisedBy: ['model calls', 'calls of the model', 'calls in parallel', 'calls with one id', 'answers cut off'],
  fault: ({ entries }) =>
    firstFault(entries, (entry) => (entry.is === 'asked-model' ? unanswered(entry.request) : undefined)),
};

/** A call of the model that has no reply on the trace before the next turn. */
const unrecorded = (trace: readonly TraceEvent[]): string | undefined => {
  const turns = allOf(trace, 'model.called');
  return firstFault(turns.entries(), ([index, turn]) => {
    const next = turns[index + 1];
    // A turn that concludes or escalates leaves its other calls without a reply.
    if (next === undefined) return undefined;
    const replies = trace.slice(turn.seq, next.seq).flatMap((event) => event.replies ?? []);
    const silent = callsOf(turn).find((call) => !replies.some((reply) => reply.toolUseId === call.id));
    return silent === undefined
      ? undefined
      : `${JSON.stringify(silent.name.slice(0, 40))} of turn ${index + 1} left no trace`;
  });
};

const unreasoned = (trace: readonly TraceEvent[]): string | undefined =>
  firstFault(trace, (event) => {
    if (isKind(event, 'call.refused'))
      return event.data.reason.trim() === '' ? 'a refused call has no reason' : undefined;
    const checks =
      isKind(event, 'proposal.judged') || isKind(event, 'plan.judged') || isKind(event, 'apply.checked')
        ? event.data
        : undefined;
    if (checks?.verdict !== 'refused') return undefined;
    const refusal = checks.checks.find((check) => check.outcome === 'refused');
    return refusal === undefined || refusal.reason.trim() === '' ? `${event.kind} refuses without a reason` : undefined;
  });

export const everythingIsOnTheTrace: Invariant = {
  name: 'every call and every refusal is on the trace, with its reason',
  exercisedBy: ['refused: schema', 'refused: allowlist', 'refused: facts', 'refused: target', 'evidence gathered'],
  fault: ({ traces }) => firstFault(traces.values(), (trace) => unrecorded(trace) ?? unreasoned(trace)),
};

export const tracesVerify: Invariant = {
  name: 'every trace is a sealed and unbroken chain',
  exercisedBy: [
    'traces sealed',
    'events appended',
    'writes that failed before',
    'writes that failed after',
    'functions killed',
    'copies attached',
  ],
  fault: ({ traces }) =>
    firstFault(traces, ([incidentId, trace]) => {
      const verdict = verifyTrace(trace.map((event) => canonical(event)));
      return verdict.sound ? undefined : `${incidentId.slice(0, 8)}, event ${verdict.seq}: ${verdict.reason}`;
    }),
};

export const everyRunEndsInClose: Invariant = {
  name: 'every incident ends in Close, with an outcome',
  exercisedBy: [
    'ended: healed',
    'ended: diagnosed',
    'ended: escalated',
    'ended: switched-off',
    'ended: failed',
    'model outages',
    'conclusions rejected',
    'answers lost',
    'duplicate deliveries',
    'incidents about an alarm',
    'incidents about an event of AWS',
    'incidents about an event of our own',
    'incidents about a question',
    'incidents about a schedule',
  ],
  fault: ({ entries, traces }) =>
    firstFault(entries, (entry) => {
      if (entry.is === 'broke') return `an execution failed: ${entry.error}`;
      if (entry.is !== 'ended') return undefined;
      if (traces.has(entry.incidentId)) return undefined;
      // A further delivery names the execution of the first one, which may still be on its way to join an incident.
      const deliveries = entries.filter((one) => one.is === 'ended' && one.eventId === entry.eventId).length;
      return deliveries > 1 ? undefined : `${entry.incidentId} has no trace`;
    }) ??
    firstFault(traces, ([incidentId, trace]) => {
      const closed = allOf(trace, 'incident.closed');
      const id = incidentId.slice(0, 8);
      if (closed.length !== 1) return `${id} was closed ${closed.length} times`;
      if (!Outcome.safeParse(closed[0]?.data.outcome).success)
        return `${id} ended as ${String(closed[0]?.data.outcome)}`;
      return closed[0]?.data.reason.includes('nothing on its trace says why') === true
        ? `${id} ended for no reason`
        : undefined;
    }),
};

const PERCENTAGES = /\d+\.\d\d %/g;

/** A number of an accepted conclusion that the model did not read, was not asked about, or that is not marked. */
const inventedIn = (trace: readonly TraceEvent[]): string | undefined => {
  const reviews = allOf(trace, 'conclusion.reviewed');
  return firstFault(reviews.entries(), ([index, { seq, data }]) => {
    if (!data.accepted || data.conclusion === null) return undefined;
    const { summary, claims } = data.conclusion;
    const told = trace.slice(0, seq).filter(({ step }) => step !== 'close');
    const read = JSON.stringify(told.flatMap((event) => event.replies ?? []));
    const asked = JSON.stringify(reviews.slice(0, index));
    const numbers = [summary, ...claims.map(({ text }) => text)].flatMap((text) => text.match(PERCENTAGES) ?? []);
    return firstFault(numbers, (number) => {
      if (read.includes(number.replace(' %', ''))) return undefined;
      if (!asked.includes(number)) return `${number} was accepted at first try`;
      return data.numbersNotFound?.some((one) => one.number === number) === true
        ? undefined
        : `${number} is not marked`;
    });
  });
};

export const numbersAreFound: Invariant = {
  name: 'no conclusion is accepted at first try with a number that stands nowhere in the evidence',
  exercisedBy: ['conclusions rejected', 'invented numbers marked'],
  fault: ({ traces }) => firstFault(traces.values(), inventedIn),
};

/** Everything that the model, people or an auditor may read. */
const textsOf = ({
  entries,
  traces,
}: CaseRun): { readonly where: string; readonly text: string; readonly audience?: string }[] => [
  ...[...traces.values()].flat().map((event) => ({ where: `event ${event.kind}`, text: JSON.stringify(event) })),
  ...entries.flatMap((entry) => {
    if (entry.is === 'asked-model')
      return [{ where: 'the conversation', text: JSON.stringify(entry.request.messages.slice(-1)) }];
    if (entry.is !== 'message') return [];
    const { subject, text, audience } = entry.message;
    return [{ where: `a message about ${subject}`, text, ...(audience === undefined ? {} : { audience }) }];
  }),
];

export const secretsStaySecret: Invariant = {
  name: 'no task token, link or grant MAC reaches anyone but its owner',
  exercisedBy: ['links sent', 'links opened', 'links refused', 'grants issued'],
  fault: (run) => {
    const links = new Map<string, string>();
    for (const entry of run.entries)
      if (entry.is === 'message')
        for (const link of linksIn(entry.message.text)) links.set(link.split('.')[1] ?? '', bodyOf(link));
    const macs = [...run.traces.values()].flatMap((trace) =>
      allOf(trace, 'grant.issued').flatMap((event) => event.data.grants.map((grant) => grant.mac)),
    );
    return firstFault(textsOf(run), ({ where, text, audience }) => {
      if (text.includes('local-task-')) return `a task token is in ${where}`;
      for (const [mac, body] of links)
        if (text.includes(mac) && (audience === undefined || !body.includes(`"${audience}"`)))
          return `a link is in ${where}`;
      const granted = where !== 'event grant.issued' && macs.some((mac) => text.includes(mac));
      return granted ? `the MAC of a grant is in ${where}` : undefined;
    });
  },
};
