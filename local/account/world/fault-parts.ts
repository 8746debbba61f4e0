import type * as z from 'zod';

/** The parts of a fault that say what it happens to. */
interface FaultParts {
  readonly command?: string | undefined;
  readonly before?: object | undefined;
  readonly after?: object | undefined;
  readonly set?: object | undefined;
}

/** Requires of a fault either a command that fails, or a change that somebody else makes before or after a call. */
export const saysWhen = (
  { command, before, after, set }: FaultParts,
  context: Pick<z.RefinementCtx, 'addIssue'>,
): void => {
  const expected = (message: string, field: keyof FaultParts) =>
    context.addIssue({ code: 'custom', message, path: [field] });
  if ((set === undefined) !== (command !== undefined))
    expected('a command that fails, or, with set, before or after', 'command');
  if ((set !== undefined) !== ((before === undefined) !== (after === undefined)))
    expected('exactly one of before, after with set, and neither without', 'set');
};
