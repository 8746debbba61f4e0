import type { TraceEvent } from '../../../../lambdas/contracts/events.ts';
import { GENESIS, hashOf } from '../../../../lambdas/kernel/trace/chain.ts';

/** A small event with a true hash. */
export const traceEvent = (seq: number, reason = 'the agent asks for help', incident = 'inc-1'): TraceEvent => {
  const draft = {
    incident,
    seq,
    at: '2026-11-20T10:00:00.000Z',
    step: 'decide',
    from: 0,
    kind: 'escalation.asked' as const,
    data: { reason },
    prev: GENESIS,
  };
  return { ...draft, hash: hashOf(draft) };
};
