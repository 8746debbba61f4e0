import type { Range } from '../log-lines/select.ts';

/**
 * The lines of a phase. The first line that says that it begins and the last that says that it ended count, so what a
 * build writes in their form can add lines to a phase, and hides none.
 */
export const phaseIn = (log: readonly string[], phase: string): Range | undefined => {
  const begins = new RegExp(`^\\[Container\\] .*\\bEntering phase ${phase}\\b`);
  const ends = new RegExp(`^\\[Container\\] .*\\bPhase complete: ${phase}\\b`);
  const from = log.findIndex((line) => begins.test(line));
  if (from < 0) return undefined;
  const ended = log.findLastIndex((line) => ends.test(line));
  if (ended < from) return { from, to: log.length - 1 };
  // The next line says with which error it ended.
  return { from, to: /Phase context status code:/.test(log[ended + 1] ?? '') ? ended + 1 : ended };
};
