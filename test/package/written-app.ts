import assert from 'node:assert/strict';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageFile } from '../../lambdas/kernel/policy/rules/package-root.ts';
import { timedStep } from '../e2e/progress.ts';

/** Runs a command in a folder, and returns what it printed. */
export type RunIn = (folder: string, command: readonly string[]) => Promise<string>;

/** From an empty folder to an approved change by a tool of one's own. */
const MINUTES = 5;

/**
 * What the README says: install, init, play; then a tool, an agent, a policy and a scenario from outside, checked, played and
 * synthesized without an account.
 */
export const startFromNothing = async (room: string, tarball: string, run: RunIn): Promise<void> => {
  const started = performance.now();
  const app = join(room, 'app');
  await timedStep('init', () =>
    run(room, ['npx', '--yes', '--package', tarball, 'checkrein', 'init', 'app', '--package', tarball]),
  );
  await timedStep('install', () => run(app, ['npm', 'install', '--no-audit', '--no-fund', '--prefer-offline']));
  const first = await timedStep('npm start', () => run(app, ['npm', 'start']));
  assert.match(first, /approved/i);
  addOwnParts(app);
  const checked = await timedStep('npm run check', () => run(app, ['npm', 'run', 'check']));
  assert.match(checked, /3 own tools: every promise is kept/);
  const played = await timedStep('an own change, played', () =>
    run(app, ['npx', 'checkrein', 'scenario', 'logs-grow']),
  );
  assert.match(played, /keep_log_days/);
  assert.match(played, /approved/i);
  const minutes = (performance.now() - started) / 60_000;
  assert(minutes < MINUTES, `it took ${minutes.toFixed(1)} minutes`);
  await timedStep('npm test', () => run(app, ['npm', 'test']));
  await timedStep('synth', () => run(app, ['npx', 'cdk', 'synth', '--quiet']));
  const template = readFileSync(join(app, 'cdk.out/Checkrein.template.json'), 'utf8');
  assert.match(template, /lambda:ListEventSourceMappings/, 'Observe may make the call of the tool of the template');
  assert.match(template, /logs:PutRetentionPolicy/, 'the change role may make the change of the own tool');
};

/** The parts that docs/own-tools.md has people write, and a policy that forbids the change in production. */
const addOwnParts = (app: string): void => {
  const fixture = packageFile('test/fixtures');
  cpSync(join(fixture, 'own-tools'), join(app, 'tools'), { recursive: true });
  for (const part of ['config', 'scenarios'])
    cpSync(join(fixture, 'own-app', part), join(app, part), { recursive: true });
  writeFileSync(
    join(app, 'config/policies/logs.cedar'),
    `@id("logs-of-staging-stay")
@reason("Logs of staging are kept for load tests.")
forbid (principal, action == Checkrein::Action::"keep_log_days", resource)
when { resource.environment == "staging" };
`,
  );
};
