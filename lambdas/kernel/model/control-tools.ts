import * as z from 'zod';
import { Conclusion } from '../../contracts/conclusion.ts';

/**
 * The three calls by which the model steers the flow. They do nothing themselves: `confirm_plan` asks for
 * a policy decision, `conclude` for a review, `escalate` for a human.
 */
export const CONTROL_TOOLS = {
  confirm_plan: {
    description:
      'Confirm a plan after you have read its dry-run report. It is then held to policy again and, where needed, put before a human. ' +
      'A plan can be confirmed once. To change anything about it, call the change tool again: that makes a new plan.',
    input: z.strictObject({
      plan: z.string().min(1).max(80).describe('Handle of the plan as the dry-run report names it, e.g. "P1".'),
    }),
  },
  conclude: {
    description:
      'Finish the incident. Every fact you rely on is a claim that cites the evidence it rests on. The conclusion is reviewed against the trace; ' +
      'if it is rejected you get the reason and can go on.',
    input: Conclusion,
  },
  escalate: {
    description:
      'Hand the incident to a human now: you are unsure, lack a tool, or keep being refused. Say what you found and what you would do.',
    input: z.strictObject({ reason: z.string().min(1).max(2000).describe('What a human needs to know to take over.') }),
  },
} as const satisfies Record<string, { description: string; input: z.ZodType }>;

export type ControlToolName = keyof typeof CONTROL_TOOLS;

/** Whether a name is one of the control tools. */
export const isControlTool = (name: string): name is ControlToolName => Object.hasOwn(CONTROL_TOOLS, name);
