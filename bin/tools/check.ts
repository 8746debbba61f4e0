import { ours, plain } from '../../lambdas/kernel/trace/outside-text.ts';
import { installedFrom } from '../../lib/own-tools/load.ts';
import { toolsOf, type ApplicationFlags } from '../../local/application.ts';
import { ToolsError } from '../../lib/own-tools/tools-error.ts';
import { printer, printJson } from '../io/output.ts';
import type { ToolsFlags } from './list.ts';

/** Holds own tools to the promises of every tool. Exit code 1 if one is broken. */
export const checkTools = ({ json = false, ...flags }: ToolsFlags): void => {
  const { checked, problems } = found(flags);
  if (json) printJson({ checked, problems });
  else {
    const print = printer(false);
    for (const problem of problems) print(plain`${ours(problem)}`);
    if (problems.length === 0) print(plain`${ours(`${checked} own tools: every promise is kept.`)}`);
  }
  if (problems.length > 0) process.exitCode = 1;
};

const found = (flags: ApplicationFlags): { readonly checked: number; readonly problems: readonly string[] } => {
  try {
    return { checked: installedFrom(toolsOf(flags)).sources.tools.length, problems: [] };
  } catch (error) {
    if (error instanceof ToolsError) return { checked: 0, problems: error.problems };
    throw error;
  }
};
