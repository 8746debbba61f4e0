import { InputError } from '../../../contracts/errors.ts';

/** Every mistake found in `config/`, at once: each line names the file, the place, and what belongs there. */
export class RulesError extends InputError {
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
    super(
      'config',
      `${count}, so nothing was compiled.\n${problems.map((one) => `  ${one}`).join('\n')}`,
      'every line above set right',
    );
    this.problems = problems;
  }
}
