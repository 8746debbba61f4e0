import { ProblemsError } from '../../lambdas/contracts/errors.ts';

/** All mistakes found in a folder of tools, one per line: the file, what was found, and what is expected there. */
export class ToolsError extends ProblemsError {
  constructor(directory: string, problems: readonly string[]) {
    super(`tools ${directory}`, problems, 'no tool was installed');
  }
}
