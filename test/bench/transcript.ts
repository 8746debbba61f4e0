import * as z from 'zod';
import type { TraceEvent } from '../../lambdas/contracts/events.ts';
import { allOf } from '../../lambdas/kernel/trace/queries.ts';

/** What the model said and what the tools answered, without anything that is ours: every peer plays the same. */
export const Transcript = z.strictObject({
  task: z.string(),
  turns: z.array(z.strictObject({ text: z.string(), tool: z.string(), input: z.unknown(), output: z.string() })),
  final: z.string(),
});
export type Transcript = z.infer<typeof Transcript>;

/** The transcript of a read-only incident with one call a turn. */
export const transcriptOf = (events: readonly TraceEvent[]): Transcript => {
  const evidence = allOf(events, 'evidence.gathered');
  const turns = allOf(events, 'model.called').flatMap(({ data: { content } }, index) => {
    const texts = content.flatMap((block) => (block.type === 'text' && 'text' in block ? [block.text] : []));
    const call = content.find((block) => block.type === 'tool_use');
    if (call === undefined || call.name === 'conclude') return [];
    const output = evidence.at(index - allOf(events, 'model.called').length + 1)?.data.text ?? '';
    return [{ text: texts.join('\n'), tool: call.name, input: call.input, output }];
  });
  return {
    task: 'The alarm payments-5xx is in ALARM: find out why.',
    turns,
    final: 'The payments API answers with errors, because the database refuses its password.',
  };
};
