import type * as z from 'zod';
import { ApplyOutput, RollbackOutput, StepInput } from '../../contracts/flow.ts';
import type { EventData } from '../../contracts/events.ts';
import type { Json } from '../../contracts/json.ts';
import { contractBroken } from '../../contracts/errors.ts';
import { Journal } from '../../kernel/trace/journal.ts';
import { unansweredCalls } from '../../kernel/trace/queries.ts';
import { shown } from '../../kernel/trace/plan-text.ts';
import type { Step } from '../../runtime/step.ts';
import { isLeftHalfWay } from '../../kernel/changes/half-way.ts';
import { makeChange, type Waiting } from './change.ts';
import type { ApplyPorts } from './ports.ts';
import { preflight } from './preflight.ts';
import { recheck, refusedMeanwhile } from './recheck.ts';
import { pendingChange, type PendingChange } from './pending-change.ts';
import { refOf } from '../../contracts/plan.ts';

type Result =
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'waiting'; readonly seconds: number }
  | { readonly kind: 'finished'; readonly finished: EventData<'apply.finished'> };

const refusedBy = ({ checks }: EventData<'apply.checked'>): Result => {
  const refusal = checks.find((check) => check.outcome === 'refused');
  return { kind: 'refused', reason: refusal === undefined ? 'refused' : `(${refusal.check}) ${refusal.reason}` };
};

const checkAndApply = async (pending: PendingChange, journal: Journal, ports: ApplyPorts): Promise<Result> => {
  const { event, replayed } = await journal.once('apply.checked', async () => ({
    data: await preflight(pending, journal, ports),
  }));
  const { verdict, grantId, digest, purpose } = event.data;
  if (verdict === 'refused') return refusedBy(event.data);
  if (grantId === null) throw contractBroken('A change was allowed without a grant.');
  if (replayed) await recheck(pending, journal, ports);
  // Preflight redeemed the grant in the ledger; this records it.
  await journal.once('grant.redeemed', () => ({
    data: { grantId, digest, purpose, approvers: pending.grant?.approvers ?? [] },
  }));
  const refusal = replayed ? await refusedMeanwhile(pending, journal, ports) : undefined;
  if (refusal !== undefined) return refusedBy(refusal);
  const made = await makeChange(pending, journal, ports, grantId);
  return 'waitUntil' in made
    ? { kind: 'waiting', seconds: secondsUntil(made, ports) }
    : { kind: 'finished', finished: made };
};

/** At least a second, so that clocks which differ a little do not make the flow go round for nothing. */
const secondsUntil = ({ waitUntil }: Waiting, { clock }: ApplyPorts): number =>
  Math.max(1, Math.ceil((Date.parse(waitUntil) - clock.now().getTime()) / 1000));

const targetNow = (state: Json): string =>
  state === null ? 'AWS did not say how the target is now.' : `The target is now: ${shown(state)}.`;

/** Replies to the call that confirmed the plan. It has had no reply until now. */
const replyToModel = async (
  journal: Journal,
  about: 'apply' | 'rollback',
  text: string,
  isError: boolean,
): Promise<void> => {
  const toolUseId = unansweredCalls(journal.eventsBefore)[0]?.id ?? null;
  await journal.once('model.told', () => ({ data: { about, text }, replies: [{ toolUseId, text, isError }] }));
};

const runApply = async (input: StepInput, ports: ApplyPorts): Promise<z.infer<typeof ApplyOutput>> => {
  const journal = await Journal.open(ports, 'apply', input);
  const pending = await pendingChange('apply', journal, ports);
  const done = await checkAndApply(pending, journal, ports);
  const { handle } = pending.planned;
  const backToModel = async (text: string): Promise<z.infer<typeof ApplyOutput>> => {
    await replyToModel(journal, 'apply', text, true);
    return { ...input, seq: journal.seq, next: 'decide', waitSeconds: 0 };
  };
  if (done.kind === 'waiting') return { ...input, next: 'apply', waitSeconds: done.seconds };
  if (done.kind === 'refused') return backToModel(`${handle} was not applied, and nothing was changed. ${done.reason}`);
  const { outcome, error, state } = done.finished;
  if (outcome === 'failed')
    return backToModel(`Action failed: ${error?.says ?? 'no reason was given'} ${targetNow(state)}`);
  // What is left half-way heals nothing. Verify is to roll it back, without a wait.
  const { tool, planned } = pending;
  const isStuck = state !== null && isLeftHalfWay(tool, planned, journal.events, state);
  return { ...input, seq: journal.seq, next: 'verify', waitSeconds: isStuck ? 0 : tool.manifest.stabilizeSeconds };
};

const runRollback = async (input: StepInput, ports: ApplyPorts): Promise<z.infer<typeof RollbackOutput>> => {
  const journal = await Journal.open(ports, 'rollback', input);
  const pending = await pendingChange('rollback', journal, ports);
  const done = await checkAndApply(pending, journal, ports);
  const { handle, plan } = pending.planned;
  if (done.kind === 'waiting') return { ...input, next: 'rollback', waitSeconds: done.seconds };
  if (done.kind === 'finished' && done.finished.outcome === 'applied') {
    await replyToModel(
      journal,
      'rollback',
      `${handle} did not help and was rolled back: ${plan.inverse.says} ${targetNow(done.finished.state)}`,
      false,
    );
    return { ...input, seq: journal.seq, next: 'decide', waitSeconds: 0 };
  }
  const why = done.kind === 'refused' ? done.reason : (done.finished.error?.says ?? 'its outcome is unknown');
  const text = `${handle} did not help, and its rollback did not go through: ${why} A human must look at ${refOf(plan.target)} now.`;
  await replyToModel(journal, 'rollback', text, true);
  await journal.once('escalation.asked', () => ({ data: { reason: text } }));
  return { ...input, seq: journal.seq, next: 'close', waitSeconds: 0 };
};

/** Makes a granted change, under credentials that allow nothing else. */
export const apply: Step<StepInput, z.infer<typeof ApplyOutput>, ApplyPorts> = {
  name: 'apply',
  input: StepInput,
  output: ApplyOutput,
  run: runApply,
};

/** Undoes a change that did not help, under the rollback grant that was issued with it. */
export const rollback: Step<StepInput, z.infer<typeof RollbackOutput>, ApplyPorts> = {
  name: 'rollback',
  input: StepInput,
  output: RollbackOutput,
  run: runRollback,
};
