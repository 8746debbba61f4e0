import { join } from 'node:path';
import { configDefaults, defineConfig } from 'vitest/config';

/** Files that change their process for good. Those in test/bin/ put back its directory, environment and streams. */
const OWN_PROCESS = ['test/lambdas/runtime/serve.test.ts'];

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
          exclude: [...configDefaults.exclude, ...OWN_PROCESS],
          // Modules keep no state but caches by object, so files share them: half of the time was loading them anew.
          isolate: false,
        },
      },
      { extends: true, test: { name: 'own process', include: OWN_PROCESS } },
    ],
  },
});
