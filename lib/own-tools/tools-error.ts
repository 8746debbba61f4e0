import { InputError } from '../../lambdas/contracts/errors.ts';

/** All mistakes found in a folder of tools, one per line: the file, what was found, and what is expected there. */
export class ToolsError extends InputError {
  readonly problems: readonly string[];
  constructor(directory: string, problems: readonly string[]) {
    const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
    super(
      `tools ${directory}`,
      `${count}, so no tool was installed.\n${problems.map((one) => `  ${one}`).join('\n')}`,
      'fix every line above',
    );
    this.problems = problems;
  }
}
