import { ProblemsError } from '../../../contracts/errors.ts';

/** All mistakes found in `config/`, one per line: the file, the position, and what is expected there. */
export class RulesError extends ProblemsError {
  constructor(problems: readonly string[]) {
    super('config', problems, 'nothing was compiled');
  }
}
