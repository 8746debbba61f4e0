import type { Agent } from '../../contracts/agent.ts';
import type { EventData, Reply, TraceEventOf } from '../../contracts/events.ts';
import { admit, type Admission } from '../../kernel/model/admission.ts';
import { CONTROL_TOOLS, type ControlToolName } from '../../kernel/model/control-tools.ts';
import { callsOf, type ToolCall } from '../../kernel/trace/queries.ts';
import type { Catalogue } from '../../tools/installed.ts';

/** What a turn of the model leads to: where the flow goes, and which of its calls are refused on the way. */
export interface Route {
  readonly next: 'observe' | 'authorize' | 'decide' | 'close';
  readonly refusals: readonly EventData<'call.refused'>[];
  /** Set when the turn hands the incident to a human. */
  readonly escalation?: string;
}

/** The reply to a refused call. */
export const refusalReply = ({ toolUseId, tool, check, reason }: EventData<'call.refused'>): Reply => ({
  toolUseId,
  text: toolUseId === null ? reason : `Not carried out (${check}): ${tool}. ${reason}`,
  isError: true,
});

const refusal = (
  call: ToolCall,
  check: EventData<'call.refused'>['check'],
  reason: string,
): EventData<'call.refused'> => ({
  toolUseId: call.id,
  tool: call.name.slice(0, 80),
  input: call.input,
  check,
  reason,
});

const noCall = (reason: string): Route => ({
  next: 'decide',
  refusals: [{ toolUseId: null, tool: '', input: null, check: 'schema', reason }],
});

/** Refuses every call of a turn for one reason. */
const refuseAll = (turn: TraceEventOf<'model.called'>, reason: string): EventData<'call.refused'>[] =>
  callsOf(turn).map((call) => refusal(call, 'schema', reason));

type Admitted = { readonly call: ToolCall; readonly admission: Exclude<Admission, { kind: 'refused' }> };

const sorted = (
  turn: TraceEventOf<'model.called'>,
  agent: Agent,
  catalogue: Catalogue,
): { admitted: Admitted[]; refusals: EventData<'call.refused'>[] } => {
  const admitted: Admitted[] = [];
  const refusals: EventData<'call.refused'>[] = [];
  const calls = callsOf(turn);
  for (const call of calls) {
    const twice = calls.filter(({ id }) => id === call.id).length > 1;
    const admission: Admission = twice
      ? { kind: 'refused', check: 'schema', reason: 'Several calls of this turn have the same id.' }
      : admit(agent, call, catalogue);
    if (admission.kind === 'refused') refusals.push(refusal(call, admission.check, admission.reason));
    else admitted.push({ call, admission });
  }
  return { admitted, refusals };
};

const isControl =
  (name: ControlToolName) =>
  ({ admission }: Admitted): boolean =>
    admission.kind === 'control' && admission.name === name;

/** Escalating ends the turn. No other call of it is carried out, above all no conclusion. */
const escalated = (escalate: ToolCall, admitted: readonly Admitted[], refusals: Route['refusals']): Route => {
  const rest = admitted
    .filter(({ call }) => call.id !== escalate.id)
    .map(({ call }) => refusal(call, 'schema', 'The incident goes to a human now.'));
  const { reason } = CONTROL_TOOLS.escalate.input.parse(escalate.input);
  return { next: 'close', refusals: [...refusals, ...rest], escalation: reason };
};

/**
 * Decides where one turn leads. Pure, so a retried Decide goes the same way. All observe calls of a turn are made. Of
 * the other calls only one is, and only if the turn observes nothing, so that no change is proposed before the model
 * has read its evidence.
 */
export const routeOf = (turn: TraceEventOf<'model.called'>, agent: Agent, catalogue: Catalogue): Route => {
  if (turn.data.stopReason === 'refusal')
    return {
      next: 'close',
      refusals: refuseAll(turn, 'The model declined to go on.'),
      escalation: 'The model declined to go on with this incident.',
    };
  if (turn.data.stopReason === 'max_tokens') {
    const refusals = refuseAll(
      turn,
      'Your answer was cut off at the token limit, so no call of it was carried out. Be shorter.',
    );
    return refusals.length > 0
      ? { next: 'decide', refusals }
      : noCall('Your answer was cut off at the token limit. Be shorter, and call a tool.');
  }
  const { admitted, refusals } = sorted(turn, agent, catalogue);
  const escalate = admitted.find(isControl('escalate'))?.call;
  if (escalate !== undefined) return escalated(escalate, admitted, refusals);
  const observing = admitted.filter(({ admission }) => admission.kind === 'observe');
  const notObserving = admitted.filter(({ admission }) => admission.kind !== 'observe');
  if (observing.length > 0) {
    const beforeEvidence = notObserving.map(({ call }) =>
      refusal(call, 'schema', 'Read the observations of this turn first, then make this call in a turn of its own.'),
    );
    return { next: 'observe', refusals: [...refusals, ...beforeEvidence] };
  }
  const [first, ...others] = notObserving;
  if (first === undefined)
    return refusals.length > 0
      ? { next: 'decide', refusals }
      : noCall('You called no tool. Observe, propose, conclude or escalate.');
  const secondCalls = others.map(({ call }) =>
    refusal(
      call,
      'schema',
      'One change, confirmation or conclusion a turn. Make this call again after the other one is decided.',
    ),
  );
  return { next: isControl('conclude')(first) ? 'close' : 'authorize', refusals: [...refusals, ...secondCalls] };
};
