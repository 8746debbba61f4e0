/**
 * The description of an output of a stack. The key of an output has the construct's path in it where a stack has more than
 * Checkrein, so commands find outputs by this, which also says whose they are.
 */
export const outputDescription = (construct: string, output: string): string => `Checkrein ${construct}: ${output}`;

/** The construct, by its path in the stack, and the output that a description names. Undefined for any other description. */
export const describedOutput = (description: string): { construct: string; output: string } | undefined => {
  const [, construct, output] = /^Checkrein (.+): (\w+)$/.exec(description) ?? [];
  return construct === undefined || output === undefined ? undefined : { construct, output };
};
