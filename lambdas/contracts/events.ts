import * as z from 'zod';
import { Alarm } from './alarm.ts';
import { Facts } from './facts.ts';
import { Json, JsonObject } from './json.ts';
import { ContentBlock, Usage } from './model.ts';
import { DryRunCheck, Plan, PlanDigest, Target } from './plan.ts';

/** One check of the safety kernel, allow or refuse, with its reason. */
export const Check = z.strictObject({
  check: z.enum([
    'schema',
    'budget',
    'allowlist',
    'target',
    'facts',
    'policy',
    'dry-run',
    'approval',
    'switch',
    'calendar',
    'breaker',
    'rate',
    'trace',
    'grant',
    'drift',
    'lease',
  ]),
  outcome: z.enum(['passed', 'refused']),
  reason: z.string(),
});
export type Check = z.infer<typeof Check>;

/** How bad it would be had a change gone through that a policy forbids: `@severity` of that policy. */
export const Severity = z.enum(['low', 'medium', 'high', 'critical']);

/** A Cedar statement that spoke, with its reason filled in from the facts. */
export const Statement = z.strictObject({
  id: z.string(),
  effect: z.enum(['permit', 'forbid']),
  reason: z.string(),
  severity: Severity.optional(),
});
export type Statement = z.infer<typeof Statement>;

/** Marks a yes in spite of a change freeze; absent from every other. */
const breakGlass = z.literal(true).optional();

/** The keyed, single-use, expiring proof of a yes to one plan. */
export const Grant = z.strictObject({
  id: z.string(),
  purpose: z.enum(['apply', 'rollback']),
  incidentId: z.string(),
  digest: PlanDigest,
  /** E-mail addresses, or `policy:<id>` where no human was needed. */
  approvers: z.array(z.string()).min(1),
  /** Whether they said yes in spite of a change freeze. Without it, the grant is worth nothing in one. */
  breakGlass,
  expiresAt: z.string(),
  /** Base64 HMAC over all of the above. */
  mac: z.string(),
});
export type Grant = z.infer<typeof Grant>;

/** What the agent concludes. Each claim names the evidence it rests on. */
export const Conclusion = z.strictObject({
  summary: z
    .string()
    .min(1)
    .max(2000)
    .describe('What happened and what was done, for the on-call engineer, in plain words.'),
  rootCause: z.string().min(1).max(2000).describe('The cause, or what is still unknown about it.'),
  confidence: z.enum(['low', 'medium', 'high']),
  claims: z
    .array(
      z.strictObject({
        text: z.string().min(1).max(1000).describe('One statement of fact.'),
        evidence: z.array(z.string()).describe('Handles of the evidence it rests on, e.g. ["E1","E4"].'),
      }),
    )
    .describe('Every fact that the summary and the root cause rely on.'),
  followUps: z.array(z.string().max(500)).max(10).default([]).describe('What a human should do next, if anything.'),
});
export type Conclusion = z.infer<typeof Conclusion>;

export const Outcome = z.enum(['healed', 'diagnosed', 'escalated', 'unrouted', 'switched-off', 'failed']);
export type Outcome = z.infer<typeof Outcome>;

/** What closes a breaker's scope to changes: the policy, or the rule of the kernel, and its reason. */
const Trip = z.strictObject({ policy: z.string(), reason: z.string() });
const Verdict = z.strictObject({ verifier: z.string(), holds: z.boolean(), reason: z.string() });
const Judged = {
  checks: z.array(Check),
  facts: Facts,
  statements: z.array(Statement),
  /** The policy that trips the target's breaker, if one did. */
  trips: Trip.nullable(),
};

/**
 * Everything that can be said on a trace. One line of prose each, from which `docs/reference/trace-events.md`
 * is generated. Data is append-only history: widen a schema with optional fields, never change a meaning.
 */
export const EVENTS = {
  'incident.opened': {
    says: 'An event became an incident: who takes it, what is known about the alarm, where the switch stands.',
    data: z.strictObject({
      eventId: z.string(),
      execution: z.string(),
      source: z.string(),
      detailType: z.string(),
      time: z.string(),
      stormKey: z.string(),
      agent: z.string(),
      model: z.string(),
      alarm: Alarm.nullable(),
      detail: Json,
      switch: z.string(),
      rulesHash: z.string(),
      /** Who made the event happen, where it says so. Never an approver of what comes of it. */
      triggeredBy: z.string().optional(),
      /** The ceiling of the day that this incident is above. It gets its first look, and then goes to a human. */
      overCeiling: z.strictObject({ which: z.string(), limit: z.int(), reason: z.string() }).optional(),
    }),
  },
  'incident.attached': {
    says: 'Another copy of the alarm arrived while the incident was open.',
    data: z.strictObject({ eventId: z.string(), copy: z.int() }),
  },
  'incident.refused': {
    says: 'An event was not taken up: no agent takes it, it is not an alarm, or the switch is off.',
    data: z.strictObject({ eventId: z.string(), outcome: Outcome, reason: z.string(), detail: Json }),
  },
  'budget.checked': {
    says: 'Before a model call: either its worst case was set aside, or a budget is spent and the incident goes to a human.',
    data: z.discriminatedUnion('allowed', [
      z.strictObject({
        allowed: z.literal(true),
        turn: z.int(),
        microUsd: z.int(),
        agentDayMicroUsd: z.int(),
        accountDayMicroUsd: z.int(),
      }),
      z.strictObject({
        allowed: z.literal(false),
        which: z.string(),
        limit: z.number(),
        used: z.number(),
        reason: z.string(),
      }),
    ]),
  },
  'model.called': {
    says: 'One turn of the model, with what it cost.',
    data: z.strictObject({
      turn: z.int(),
      content: z.array(ContentBlock),
      stopReason: z.string(),
      model: z.string(),
      usage: Usage,
      costMicroUsd: z.int(),
      latencyMs: z.int(),
    }),
  },
  'call.refused': {
    says: 'A tool call of the model was not carried out.',
    data: z.strictObject({
      toolUseId: z.string().nullable(),
      tool: z.string(),
      input: Json,
      check: Check.shape.check,
      reason: z.string(),
    }),
  },
  'evidence.gathered': {
    says: 'An observe tool answered; the text is clipped and redacted as the model reads it.',
    data: z.strictObject({
      evidence: z.string(),
      tool: z.string(),
      input: Json,
      toolUseId: z.string().nullable(),
      outcome: z.enum(['ok', 'failed']),
      text: z.string(),
      clipped: z.boolean(),
      redactions: z.int(),
      suspicions: z.array(z.string()),
      durationMs: z.int(),
    }),
  },
  'first-look.skipped': {
    says: 'Calls of the first look that this event has no values for, such as a group where there is none.',
    data: z.strictObject({ calls: z.array(z.strictObject({ tool: z.string(), reason: z.string() })) }),
  },
  'proposal.judged': {
    says: 'A change call was held to schema, allowlist, facts and policy.',
    data: z.strictObject({
      toolUseId: z.string(),
      tool: z.string(),
      input: Json,
      target: Target.nullable(),
      before: Json,
      after: Json,
      ...Judged,
      verdict: z.enum(['permitted', 'refused']),
    }),
  },
  'dry-run.finished': {
    says: 'The dry run either made a plan with a digest, reported back to the model, or showed that the change would not work.',
    data: z.discriminatedUnion('made', [
      z.strictObject({ made: z.literal(true), handle: z.string(), digest: PlanDigest, plan: Plan }),
      z.strictObject({
        made: z.literal(false),
        tool: z.string(),
        input: JsonObject,
        checks: z.array(DryRunCheck),
        reason: z.string(),
      }),
    ]),
  },
  'plan.judged': {
    says: 'A confirmed plan was held to policy again, now with the facts of its dry run.',
    data: z.strictObject({
      handle: z.string(),
      digest: PlanDigest.nullable(),
      ...Judged,
      verdict: z.enum(['refused', 'needs-approval', 'unattended']),
      approvalsNeeded: z.int(),
      /** What the change calendar says, where it says no: then an approval has to break the glass. */
      freeze: z.string().optional(),
    }),
  },
  'approval.asked': {
    says: 'People were asked to approve one plan digest.',
    data: z.strictObject({
      approvalId: z.string(),
      digest: PlanDigest,
      approvers: z.array(z.string()),
      needed: z.int(),
      expiresAt: z.string(),
    }),
  },
  'approval.reminded': {
    says: 'Nobody had answered; the same people and the next tier were asked again.',
    data: z.strictObject({ approvalId: z.string(), approvers: z.array(z.string()), round: z.int() }),
  },
  'approval.answered': {
    says: 'One person answered, once.',
    data: z.strictObject({
      approvalId: z.string(),
      digest: PlanDigest,
      approver: z.string(),
      answer: z.enum(['approve', 'deny']),
      reason: z.string(),
      via: z.enum(['page', 'terminal', 'preset']),
      breakGlass,
      counted: z.boolean(),
      statements: z.array(Statement),
    }),
  },
  'approval.closed': {
    says: 'The question is settled: granted, denied or expired.',
    data: z.strictObject({
      approvalId: z.string(),
      digest: PlanDigest,
      outcome: z.enum(['granted', 'denied', 'expired']),
      by: z.array(z.string()),
      reason: z.string(),
      breakGlass,
    }),
  },
  'grant.issued': {
    says: 'Proofs of a yes were made: one for the change, one for its rollback where there is an inverse.',
    data: z.strictObject({ digest: PlanDigest, grants: z.array(Grant) }),
  },
  'apply.checked': {
    says: 'Before a change: kill switch, trace, grant, change calendar, breakers, lease, drift and rate were checked. Refused means that nothing was changed.',
    data: z.strictObject({
      digest: PlanDigest,
      purpose: Grant.shape.purpose,
      grantId: z.string().nullable(),
      checks: z.array(Check),
      verdict: z.enum(['allowed', 'refused']),
    }),
  },
  'grant.redeemed': {
    says: 'A grant was used up.',
    data: z.strictObject({
      grantId: z.string(),
      digest: PlanDigest,
      purpose: Grant.shape.purpose,
      approvers: z.array(z.string()),
    }),
  },
  'apply.started': {
    says: 'Written ahead of the first mutating call. No such event, no change.',
    data: z.strictObject({
      digest: PlanDigest,
      purpose: Grant.shape.purpose,
      grantId: z.string(),
      tool: z.string(),
      input: JsonObject,
      targetArn: z.string(),
      /** Until then this attempt may still be running; nobody resumes before. */
      deadline: z.string(),
    }),
  },
  'apply.resumed': {
    says: 'An earlier attempt of this change ended without a result; this one reconciles with the real state and finishes it.',
    data: z.strictObject({ digest: PlanDigest, purpose: Grant.shape.purpose, deadline: z.string() }),
  },
  'apply.finished': {
    says: 'What became of the change: applied, failed (nothing or only part of it happened), or unknown.',
    data: z.strictObject({
      digest: PlanDigest,
      purpose: Grant.shape.purpose,
      outcome: z.enum(['applied', 'failed', 'unknown']),
      /** Whether the result was read off the target rather than answered by the call. */
      reconciled: z.boolean(),
      state: Json,
      error: z.strictObject({ code: z.string(), says: z.string() }).nullable(),
    }),
  },
  'change.verified': {
    says: 'A look at post-condition, alarm and guard metrics after the change.',
    data: z.strictObject({
      digest: PlanDigest,
      outcome: z.enum(['waiting', 'healed', 'unhealed', 'worse', 'inconclusive']),
      findings: z.array(
        z.strictObject({ name: z.string(), outcome: z.enum(['good', 'bad', 'unknown']), detail: z.string() }),
      ),
      secondsSinceChange: z.int(),
      next: z.enum(['wait', 'rollback', 'report']),
      /** Why the agent's breaker trips, if this change was one too many that did not help. */
      trips: Trip.optional(),
    }),
  },
  'model.told': {
    says: 'What became of a confirmed plan, as the model reads it.',
    data: z.strictObject({ about: z.enum(['approval', 'apply', 'verify', 'rollback']), text: z.string() }),
  },
  'breaker.tripped': {
    says: 'Changes to a target, or by an agent, stop until a human resets the breaker: a policy that guards it refused, a rollback failed, or change after change did not help.',
    data: z.strictObject({ scope: z.string(), policy: z.string(), reason: z.string() }),
  },
  'conclusion.reviewed': {
    says: 'Verifiers looked over the trace before a conclusion was accepted.',
    data: z.strictObject({ conclusion: Conclusion.nullable(), verdicts: z.array(Verdict), accepted: z.boolean() }),
  },
  'escalation.asked': {
    says: 'The agent asks for a human.',
    data: z.strictObject({ reason: z.string() }),
  },
  'harness.failed': {
    says: 'A step of the harness failed beyond its retries.',
    data: z.strictObject({ error: z.string(), cause: z.string() }),
  },
  'people.notified': {
    says: 'A message left for people, or failed to.',
    data: z.strictObject({
      about: z.string(),
      to: z.array(z.string()),
      sent: z.boolean(),
      error: z.string().nullable(),
      /** Of a broken change freeze: the question that was answered so. */
      question: z.string().optional(),
    }),
  },
  'incident.closed': {
    says: 'The end of the incident, with its totals.',
    data: z.strictObject({
      outcome: Outcome,
      summary: z.string(),
      reason: z.string(),
      copies: z.int(),
      turns: z.int(),
      tokens: z.int(),
      costMicroUsd: z.int(),
      seconds: z.int(),
    }),
  },
  'trace.sealed': {
    says: 'The head of the chain, signed. Nothing can follow.',
    data: z.strictObject({
      head: z.string(),
      events: z.int(),
      algorithm: z.literal('ECDSA_SHA_256'),
      keyId: z.string(),
      publicKey: z.string(),
      signature: z.string(),
    }),
  },
} as const satisfies Record<string, { says: string; data: z.ZodType }>;

export type EventKind = keyof typeof EVENTS;
export type EventData<K extends EventKind> = z.infer<(typeof EVENTS)[K]['data']>;
export const EVENT_KINDS = Object.keys(EVENTS).filter((kind): kind is EventKind => kind in EVENTS);

/** What the model is told because of an event. Without a tool call to answer, it is a plain text block. */
export const Reply = z.strictObject({ toolUseId: z.string().nullable(), text: z.string(), isError: z.boolean() });
export type Reply = z.infer<typeof Reply>;

const Envelope = z.strictObject({
  incident: z.string(),
  seq: z.int().nonnegative(),
  /** ISO 8601, UTC, milliseconds. */
  at: z.string(),
  /** Which step wrote it … */
  step: z.string(),
  /** … and with which `seq` that step was entered: a retry of it recognizes its own events by this pair. */
  from: z.int().nonnegative(),
  replies: z.array(Reply).optional(),
  /** Hash of the event before; 64 zeros for the first. */
  prev: z.string(),
  /** SHA-256 over canonical JSON of everything else. */
  hash: z.string(),
});

/** A trace event of any kind. */
export type TraceEvent = { [K in EventKind]: z.infer<typeof Envelope> & { kind: K; data: EventData<K> } }[EventKind];
/** A trace event of one kind. */
export type TraceEventOf<K extends EventKind> = Extract<TraceEvent, { kind: K }>;

const schemas = new Map<unknown, z.ZodType>(
  EVENT_KINDS.map((kind) => [kind, Envelope.extend({ kind: z.literal(kind), data: EVENTS[kind].data })]),
);
const Kinded = z.looseObject({ kind: z.string() });

/** Whether a value is a trace event, data included; an unknown kind or field is not. */
export const isTraceEvent = (value: unknown): value is TraceEvent => {
  const kinded = Kinded.safeParse(value);
  return kinded.success && (schemas.get(kinded.data.kind)?.safeParse(value).success ?? false);
};

/** Narrows an event to one kind. */
export const isKind = <K extends EventKind>(event: TraceEvent, kind: K): event is TraceEventOf<K> =>
  event.kind === kind;
