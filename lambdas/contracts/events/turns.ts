import * as z from 'zod';
import { Json } from '../json.ts';
import { Check } from '../checks.ts';
import { ContentBlock, Usage } from '../model.ts';
import type { EventTable } from './table.ts';

/** Events of model turns and observations. */
export const TURN_EVENTS = {
  'budget.checked': {
    summary:
      'Before a model call: either its worst case was reserved, or a budget is spent and the incident goes to a human.',
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
    summary: 'One turn of the model, with what it cost.',
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
  'model.tested': {
    summary: 'For a run of `checkrein doctor`, each model of the agents was asked for one token.',
    data: z.strictObject({
      models: z.array(
        z.strictObject({
          model: z.string(),
          answered: z.boolean(),
          /** Why there was no answer, and what to do; empty if there was one. */
          reason: z.string(),
          advice: z.string(),
          tokens: z.int(),
          costMicroUsd: z.int(),
        }),
      ),
    }),
  },
  'clusters.tested': {
    summary:
      'For a run of `checkrein doctor`, each cluster of the settings was asked whether it is ready for its agents.',
    data: z.strictObject({
      clusters: z.array(
        z.strictObject({
          cluster: z.string(),
          outcome: z.enum(['ok', 'warn', 'fail']),
          says: z.string(),
          /** What to do; empty if all is well. */
          advice: z.string(),
        }),
      ),
    }),
  },
  'call.refused': {
    summary: 'A tool call of the model was refused.',
    data: z.strictObject({
      toolUseId: z.string().nullable(),
      tool: z.string(),
      input: Json,
      check: Check.shape.check,
      reason: z.string(),
    }),
  },
  'evidence.gathered': {
    summary: 'An observe tool answered; the text is clipped and redacted as the model reads it.',
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
    summary: 'Calls of the first look were skipped, because the event has no value for one of their placeholders.',
    data: z.strictObject({ calls: z.array(z.strictObject({ tool: z.string(), reason: z.string() })) }),
  },
} as const satisfies EventTable;
