import * as z from 'zod';

/**
 * The state document that Step Functions carries from step to step. It stays tiny on purpose (claim
 * check): everything else is on the trace, so no step has to trust what another step put in here.
 */
const Incident = z.object({
  incidentId: z.string().min(1),
  agent: z.string().min(1),
  /**
   * Sequence number that the next trace event of the incident will have, as far as the flow knows. A change in progress
   * keeps the one that it was entered with: what comes after the wait is the same entry, under the same redemption.
   */
  seq: z.int().nonnegative(),
});

/** The steps that may follow each step. The state machine's Choice states are built from these lists. */
export const NEXT = {
  /** To Decide only for a run of the doctor: it asks for one token and closes, or lets the change zone test clusters first. */
  open: ['observe', 'decide', 'close', 'done'],
  decide: ['observe', 'authorize', 'decide', 'close'],
  observe: ['decide'],
  authorize: ['dry-run', 'approve', 'apply', 'decide'],
  'dry-run': ['decide'],
  approve: ['apply', 'decide'],
  apply: ['verify', 'decide', 'apply'],
  verify: ['verify', 'rollback', 'decide'],
  rollback: ['decide', 'close', 'rollback'],
  close: ['decide', 'done'],
} as const;

/** A step of the flow: a state of the state machine that runs one of our functions. */
export type StepName = keyof typeof NEXT;
export const STEP_NAMES = Object.keys(NEXT).filter((name): name is StepName => name in NEXT);

/**
 * Input of Open: the event that the EventBridge rule handed to the state machine, and the execution's
 * name, which becomes the incident id. So a retry of Open finds its own incident, and an execution that
 * dies can be closed by name.
 */
/** The event as it came, of any form. Open cleans and bounds it. */
export const OpenInput = z.object({ event: z.unknown(), execution: z.string().min(1) });
export type OpenInput = z.infer<typeof OpenInput>;

export const OpenOutput = Incident.extend({ next: z.enum(NEXT.open) });
export const StepInput = Incident;
export type StepInput = z.infer<typeof StepInput>;

export const DecideOutput = Incident.extend({ next: z.enum(NEXT.decide) });
export const ObserveOutput = Incident.extend({ next: z.enum(NEXT.observe) });
export const AuthorizeOutput = Incident.extend({ next: z.enum(NEXT.authorize) });
export const DryRunOutput = Incident.extend({ next: z.enum(NEXT['dry-run']) });

/** The three steps that run in the change zone: the one function that may assume the change role. */
export const ChangeZoneInput = z.object({
  step: z.enum(['dry-run', 'apply', 'rollback']),
  state: Incident,
  /** Whether the state machine has states that wait for a change in progress. One from before they existed does not say. */
  waits: z.boolean().default(false),
});

/** Approve waits: its input carries the task token, its output arrives through SendTaskSuccess. */
export const ApproveInput = z.object({ state: Incident, taskToken: z.string().min(1) });
export type ApproveInput = z.infer<typeof ApproveInput>;
export const ApproveOutput = Incident.extend({ next: z.enum(NEXT.approve) });
export type ApproveOutput = z.infer<typeof ApproveOutput>;

/** Seconds that the flow waits before the next step, if a Wait state leads there. Always present, since that state reads it. */
const Waiting = Incident.extend({ waitSeconds: z.int().nonnegative() });
export const ApplyOutput = Waiting.extend({ next: z.enum(NEXT.apply) });
export const VerifyOutput = Waiting.extend({ next: z.enum(NEXT.verify) });
export const RollbackOutput = Waiting.extend({ next: z.enum(NEXT.rollback) });

/** Close is reached in order (`conclude`, `escalate`) or through a Catch, which adds the error. */
export const CloseInput = Incident.extend({
  error: z.object({ Error: z.string(), Cause: z.string().optional() }).optional(),
  /** Nobody repeats this attempt, so what cannot be done is recorded in words. The state machine never says so. */
  lastAttempt: z.boolean().optional(),
});
export type CloseInput = z.infer<typeof CloseInput>;
export const CloseOutput = Incident.extend({ next: z.enum(NEXT.close) });

/** The ASL name of the state that runs a step. The laptop finds the handler of a state by this table. */
export const STATE_OF: Record<StepName, string> = {
  open: 'Open',
  decide: 'Decide',
  observe: 'Observe',
  authorize: 'Authorize',
  'dry-run': 'DryRun',
  approve: 'Approve',
  apply: 'Apply',
  verify: 'Verify',
  rollback: 'Rollback',
  close: 'Close',
};
