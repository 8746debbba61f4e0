import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { CLONE } from './clone.ts';
import type { Emulators } from './emulators.ts';
import { awsEnvironment, RUN_FOLDER } from './paths.ts';
import { runProcess } from './process.ts';

const TERMINAL = join(import.meta.dirname, 'terminal.py');
/** What a block leaves to the next ones: the functions that it defined. */
const FUNCTIONS = join(RUN_FOLDER, 'functions.sh');

/** A person's shell in the clone, on a terminal, with the AWS CLI and the account's credentials. */
export interface Shell {
  /** Runs commands as they stand; what they printed. The first that fails ends them, and the run. */
  run(commands: string): Promise<string>;
}

/** Opens a shell whose `aws` is the one beside this Python. */
export const openShell = (python: string, { aws }: Emulators): Shell => {
  writeFileSync(FUNCTIONS, '');
  const env = {
    ...process.env,
    ...awsEnvironment(aws.url),
    PATH: `${join(CLONE, 'node_modules/.bin')}:${dirname(python)}:${process.env['PATH'] ?? ''}`,
    // No progress bars, no pager, no look at the newest version of the CDK.
    CI: 'true',
    AWS_PAGER: '',
    CDK_DISABLE_VERSION_CHECK: '1',
  };
  let typed = 0;
  return {
    run: async (commands) => {
      typed += 1;
      const log = join(RUN_FOLDER, `shell-${String(typed).padStart(2, '0')}.log`);
      const script = `. ${FUNCTIONS}; trap 'declare -f > ${FUNCTIONS}' EXIT; set -e\n${commands}\n`;
      await runProcess(python, [TERMINAL, 'bash', '-c', script], log, { cwd: CLONE, env });
      return stripVTControlCharacters(readFileSync(log, 'utf8')).replaceAll('\r', '');
    },
  };
};
