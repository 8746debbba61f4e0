import type * as z from 'zod';
import { CloseInput, CloseOutput } from '../../contracts/flow.ts';
import { Conclusion } from '../../contracts/conclusion.ts';
import { releaseLease } from '../../kernel/limits/lease.ts';
import { sealMessage } from '../../kernel/trace/chain.ts';
import { endingOf } from '../../kernel/trace/ending.ts';
import { Journal } from '../../kernel/trace/journal.ts';
import { notifyOnce } from '../../kernel/model/notify.ts';
import { redactedText } from '../../kernel/redaction/redactor.ts';
import { closingMessage } from '../../kernel/trace/report.ts';
import { whatHappened } from '../../kernel/trace/what-happened.ts';
import { freeKey } from '../../kernel/limits/deduplication-rows.ts';
import { doctorRunOn, lastOf, plansOf, unansweredCalls, usageOf, type ToolCall } from '../../kernel/trace/queries.ts';
import type { Ledger, Notifier, Sealer } from '../../contracts/ports.ts';
import type { Step } from '../../runtime/step.ts';
import { tripAfterFailedRollback } from './failed-rollback.ts';
import { raiseFollowUps, type FollowUpPorts } from './follow-ups.ts';
import { fileHistory } from './history.ts';
import { review } from './review.ts';
import { refOf } from '../../contracts/plan.ts';

export interface ClosePorts extends FollowUpPorts {
  readonly notifier: Notifier;
  readonly sealer: Sealer;
}

/** Reviews a conclusion. `rejected` sends the agent back with the reasons. */
const reviewConclusion = async (journal: Journal, call: ToolCall): Promise<'accepted' | 'rejected' | 'unbacked'> => {
  const { event } = await journal.once('conclusion.reviewed', () => {
    const conclusion = Conclusion.parse(call.input);
    const { verdicts, accepted, ...marks } = review(journal.events, conclusion);
    const faults = verdicts
      .filter((verdict) => !verdict.holds)
      .map((verdict) => `${verdict.verifier}: ${verdict.reason}`);
    const replies = accepted
      ? []
      : [{ toolUseId: call.id, text: `The conclusion was rejected. ${faults.join(' ')}`, isError: true }];
    return { data: { conclusion, verdicts, accepted, ...marks }, replies };
  });
  if (event.data.accepted) return 'accepted';
  // Rewording the conclusion cannot fix a change that nobody approved. People must look.
  return event.data.verdicts.some((verdict) => verdict.verifier === 'no_unapproved_mutation' && !verdict.holds)
    ? 'unbacked'
    : 'rejected';
};

/** Gives back what the incident held: its deduplication key and its leases. Returns how many copies had joined it. */
const release = async (journal: Journal, ledger: Ledger): Promise<number> => {
  for (const arn of new Set(plansOf(journal.events).map(({ plan }) => refOf(plan.target))))
    await releaseLease(ledger, arn, journal.incident);
  const deduplicationKey = lastOf(journal.events, 'incident.opened')?.data.stormKey;
  return deduplicationKey === undefined ? 0 : freeKey(ledger, deduplicationKey, journal.incident);
};

const seal = async (journal: Journal, sealer: Sealer): Promise<void> => {
  await journal.onceAtHead('trace.sealed', async () => {
    const { head, seq: events } = journal;
    const signed = await sealer.sign(sealMessage(journal.incident, head, events));
    return { data: { head, events, algorithm: 'ECDSA_SHA_256', ...signed } };
  });
};

const run = async (input: CloseInput, ports: ClosePorts): Promise<z.infer<typeof CloseOutput>> => {
  const journal = await Journal.open(ports, 'close', input);
  const { error } = input;
  const { incidentId, agent } = input;
  if (error !== undefined)
    await journal.once('harness.failed', () => ({
      data: { error: error.Error, cause: redactedText(error.Cause ?? '').slice(0, 4000) },
    }));
  const conclude =
    error === undefined ? unansweredCalls(journal.eventsBefore).find((call) => call.name === 'conclude') : undefined;
  if (conclude !== undefined && (await reviewConclusion(journal, conclude)) === 'rejected')
    return { incidentId, agent, seq: journal.seq, next: 'decide' };

  await tripAfterFailedRollback(journal, ports);
  const copies = await release(journal, ports.ledger);
  await raiseFollowUps(journal, ports, input.lastAttempt === true);
  const { outcome, reason, conclusion } = endingOf(journal.events);
  // A run of the doctor tells its caller; the approvers only if it is to test their mail.
  if (outcome !== 'unrouted' || doctorRunOn(journal.events)?.notify === true) {
    const about = outcome === 'escalated' ? 'escalated' : outcome === 'failed' ? 'failed' : 'closed';
    await notifyOnce(journal, ports.notifier, about, async () => closingMessage(journal.events));
  }
  await journal.once('incident.closed', () => {
    const used = usageOf(journal.events);
    const seconds = Math.round(
      (ports.clock.now().getTime() - Date.parse(journal.events[0]?.at ?? ports.clock.now().toISOString())) / 1000,
    );
    return {
      data: {
        outcome,
        reason,
        happened: whatHappened(journal.events).map(String),
        summary: conclusion?.summary ?? reason,
        copies,
        turns: used.turns,
        tokens: used.tokens,
        costMicroUsd: used.microUsd,
        seconds,
      },
    };
  });
  await fileHistory(journal.events, ports.ledger);
  await seal(journal, ports.sealer);
  return { incidentId, agent, seq: journal.seq, next: 'done' };
};

/** Reviews the conclusion, or records why there is none; notifies people; seals the trace. */
export const close: Step<CloseInput, z.infer<typeof CloseOutput>, ClosePorts> = {
  name: 'close',
  input: CloseInput,
  output: CloseOutput,
  run,
};
