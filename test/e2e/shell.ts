import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { APP } from './app.ts';
import type { Emulators } from './emulators.ts';
import { awsEnvironment, RUN_FOLDER } from './paths.ts';
import { runWithLog } from './process.ts';

const TERMINAL = join(import.meta.dirname, 'terminal.py');
/** Functions that a block defines are kept here for the blocks after it. */
const FUNCTIONS = join(RUN_FOLDER, 'functions.sh');

/** A shell in the app, on a terminal, with the AWS CLI and credentials of the emulated account. */
export interface Shell {
  /** Runs commands unchanged and returns their output. The first command that fails ends the run. */
  run(commands: string): Promise<string>;
}

/** Opens a shell that uses the `aws` of this Python environment. */
export const openShell = (python: string, { aws }: Emulators): Shell => {
  writeFileSync(FUNCTIONS, '');
  const env = {
    ...process.env,
    ...awsEnvironment(aws.url),
    PATH: `${join(APP, 'node_modules/.bin')}:${dirname(python)}:${process.env['PATH'] ?? ''}`,
    // No progress bars, no pager, no check for a newer version of the CDK.
    CI: 'true',
    AWS_PAGER: '',
    CDK_DISABLE_VERSION_CHECK: '1',
    // What npm has in its cache is not asked for again.
    npm_config_prefer_offline: 'true',
    npm_config_audit: 'false',
    npm_config_fund: 'false',
  };
  let count = 0;
  return {
    run: async (commands) => {
      count += 1;
      const log = join(RUN_FOLDER, `shell-${String(count).padStart(2, '0')}.log`);
      const script = `. ${FUNCTIONS}; trap 'declare -f > ${FUNCTIONS}' EXIT; set -e\n${commands}\n`;
      await runWithLog(python, [TERMINAL, 'bash', '-c', script], log, { cwd: APP, env });
      return stripVTControlCharacters(readFileSync(log, 'utf8')).replaceAll('\r', '');
    },
  };
};
