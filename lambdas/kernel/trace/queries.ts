import { isKind, type EventKind, type TraceEvent, type TraceEventOf } from '../../contracts/events.ts';
import type { DoctorRun } from '../../contracts/doctor-run.ts';
import type { Json } from '../../contracts/json.ts';
import type { Plan } from '../../contracts/plan.ts';
import { contractBroken } from '../../contracts/errors.ts';
import { isSamePerson, type Person } from './person.ts';

/** Queries over a trace, all pure: it is the agent's only memory and the only proof of what happened. */

/** All events of one kind, in order. */
export const allOf = <K extends EventKind>(events: readonly TraceEvent[], kind: K): TraceEventOf<K>[] =>
  events.filter((event): event is TraceEventOf<K> => isKind(event, kind));

/** The newest event of one kind; undefined if there is none. */
export const lastOf = <K extends EventKind>(events: readonly TraceEvent[], kind: K): TraceEventOf<K> | undefined =>
  events.findLast((event): event is TraceEventOf<K> => isKind(event, kind));

/** The opening event: the first one of that kind, whatever is appended later. */
export const openingOf = (events: readonly TraceEvent[]): TraceEventOf<'incident.opened'> => {
  const [opening] = allOf(events, 'incident.opened');
  if (opening === undefined) throw contractBroken('The trace has no opening event.');
  return opening;
};

/** The run of `checkrein doctor` that a trace is of; undefined for an incident. Only the first event can say so. */
export const doctorRunOn = ([first]: readonly TraceEvent[]): DoctorRun | undefined =>
  first?.kind === 'incident.refused' ? first.data.doctor : undefined;

/** Whether this person triggered the incident, however the event spells their address or name. */
export const isTriggerOwner = (events: readonly TraceEvent[], person: Person): boolean =>
  isSamePerson(openingOf(events).data.triggeredBy ?? '', person);

/** A tool call of the model. */
export interface ToolCall {
  readonly id: string;
  readonly name: string;
  readonly input: Json;
}

/** The tool calls of one turn, in the order in which the model made them. */
export const callsOf = (turn: TraceEventOf<'model.called'>): ToolCall[] =>
  turn.data.content.flatMap((block) =>
    block.type === 'tool_use' ? [{ id: block.id, name: block.name, input: block.input }] : [],
  );

/** Tool calls of the newest turn that have no reply yet. */
export const unansweredCalls = (events: readonly TraceEvent[]): ToolCall[] => {
  const turn = lastOf(events, 'model.called');
  if (turn === undefined) return [];
  const answered = new Set(
    events.slice(turn.seq).flatMap((event) => (event.replies ?? []).map((reply) => reply.toolUseId)),
  );
  return callsOf(turn).filter((call) => !answered.has(call.id));
};

/** A plan of the trace, with its handle and digest. */
export interface PlanOnTrace {
  readonly handle: string;
  readonly digest: string;
  readonly plan: Plan;
}

/** All plans that dry runs made, oldest first. */
export const plansOf = (events: readonly TraceEvent[]): PlanOnTrace[] =>
  allOf(events, 'dry-run.finished').flatMap(({ data }) => (data.made ? [data] : []));

/** The plan of this incident with that handle or digest. */
export const findPlan = (events: readonly TraceEvent[], name: string): PlanOnTrace | undefined =>
  plansOf(events).find((plan) => plan.handle === name || plan.digest === name);

/** Whether the change of a plan, or its rollback, was made. */
export const wasMade = (events: readonly TraceEvent[], digest: string, purpose: 'apply' | 'rollback'): boolean =>
  allOf(events, 'apply.finished').some(
    ({ data }) => data.digest === digest && data.purpose === purpose && data.outcome === 'applied',
  );

/** The plan of the newest `plan.judged`: the one that Approve, Apply and Verify work on. */
export const currentPlan = (events: readonly TraceEvent[]): PlanOnTrace => {
  const digest = lastOf(events, 'plan.judged')?.data.digest;
  const plan = digest == null ? undefined : findPlan(events, digest);
  if (plan === undefined) throw contractBroken('The flow went on without a plan that policy has decided on.');
  return plan;
};

/** The evidence on the trace, by handle. */
export const evidenceByHandle = (events: readonly TraceEvent[]): Map<string, TraceEventOf<'evidence.gathered'>> =>
  new Map(allOf(events, 'evidence.gathered').map((event) => [event.data.evidence, event]));

/** The turns, tokens and money that the incident has used so far. */
export const usageOf = (events: readonly TraceEvent[]): { turns: number; tokens: number; microUsd: number } => {
  const turns = allOf(events, 'model.called');
  const tests = allOf(events, 'model.tested').flatMap(({ data }) => data.models);
  return {
    turns: turns.length,
    tokens: turns.reduce(
      (sum, { data: { usage } }) =>
        sum + usage.inputTokens + usage.outputTokens + usage.cacheReadTokens + usage.cacheWriteTokens,
      tests.reduce((sum, { tokens }) => sum + tokens, 0),
    ),
    microUsd: [...tests, ...turns.map(({ data }) => data)].reduce((sum, { costMicroUsd }) => sum + costMicroUsd, 0),
  };
};
