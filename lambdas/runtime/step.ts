import type * as z from 'zod';
import { contractBroken } from '../contracts/errors.ts';

/**
 * A step of the flow: a function of (input, ports) between two schemas. The Lambda handler, the laptop
 * and the tests all run it through `runStep`, so nothing enters or leaves a step unparsed.
 */
export interface Step<In, Out, Ports> {
  readonly name: string;
  readonly input: z.ZodType<In>;
  readonly output: z.ZodType<Out>;
  readonly run: (input: In, ports: Ports) => Promise<Out>;
}

/** Runs a step on the state document from Step Functions. */
export const runStep = async <In, Out, Ports>(step: Step<In, Out, Ports>, raw: unknown, ports: Ports): Promise<Out> => {
  const input = step.input.safeParse(raw);
  if (!input.success)
    throw contractBroken(`${step.name} got a state document that it cannot read: ${input.error.message}`);
  const output = step.output.safeParse(await step.run(input.data, ports));
  if (!output.success)
    throw contractBroken(
      `${step.name} produced a state document that does not match its schema: ${output.error.message}`,
    );
  return output.data;
};
