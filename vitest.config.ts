import { join } from 'node:path';
import { configDefaults, defineConfig } from 'vitest/config';

/** Files that change their process for good. Those in test/bin/ put back its directory, environment and streams. */
const OWN_PROCESS = ['test/lambdas/runtime/serve.test.ts'];

/** Files that take long: they start the command line, the compiler, other tests or the bundled functions as processes, or open incidents by the dozen. */
const LONG = [
  'test/guides.test.ts',
  'test/bin/cli.test.ts',
  'test/bin/first-use.test.ts',
  'test/bin/hostile-input.test.ts',
  'test/bin/own-app.test.ts',
  'test/bin/terminal.test.ts',
  'test/bin/written-app.test.ts',
  'test/lambdas/approvals/page/browser.test.ts',
  'test/lib/bundles.test.ts',
  'test/lib/own-tools/promises.test.ts',
  'test/load/load.test.ts',
  'test/local/testing.test.ts',
  'test/property/clusters.test.ts',
  'test/property/drawn-cases.test.ts',
];

export default defineConfig({
  test: {
    // Two cores here and in most CI runners: more workers only make each other's timers late.
    maxWorkers: 2,
    // No promise is about time. These only end a test that hangs, on a busy machine too.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Processes that tests start load the CDK from compiled code, a second faster than from its source.
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules/.cache/node') },
    projects: [
      {
        extends: true,
        test: {
          name: 'shared',
          include: ['test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...OWN_PROCESS, ...LONG],
          // Modules keep no state but caches by object, so files share them: half of the time was loading them anew.
          isolate: false,
        },
      },
      { extends: true, test: { name: 'own process', include: OWN_PROCESS } },
      // Not in `npm test`, which takes less than four minutes on two cores.
      { extends: true, test: { name: 'long', include: LONG } },
    ],
  },
});
