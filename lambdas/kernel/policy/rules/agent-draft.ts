import * as z from 'zod';
import { Agent } from '../../../contracts/agent.ts';

const { takes, every, dedupe, verification, tools, logGroups, model, firstLook } = Agent.shape;

/** The parts of an agent file that are sound, whatever is wrong with the others. A part that is not sound is null. */
export const AgentDraft = z.object({
  name: z.string().nullable().catch(null),
  /** Undefined: the file has none. */
  takes: takes.nullable().catch(null),
  every: every.nullable().catch(null),
  dedupe: dedupe.nullable().catch(null),
  verification: verification.nullable().catch(null),
  tools: z
    .object({
      observe: tools.shape.observe.nullable().catch(null),
      change: tools.shape.change.nullable().catch(null),
    })
    .catch({ observe: null, change: null }),
  logGroups: logGroups.nullable().catch(null),
  model: model.nullable().catch(null),
  firstLook: z.array(firstLook.unwrap().element.nullable().catch(null)).default([]).catch([]),
});
export type AgentDraft = z.infer<typeof AgentDraft>;
