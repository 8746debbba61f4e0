import { InputError } from '../../../contracts/errors.ts';

/** All mistakes found in `config/`, one per line: the file, the position, and what is expected there. */
export class RulesError extends InputError {
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
    super(
      'config',
      `${count}, so nothing was compiled.\n${problems.map((one) => `  ${one}`).join('\n')}`,
      'fix every line above',
    );
    this.problems = problems;
  }
}
