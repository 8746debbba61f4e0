import { defineConfig } from 'vitest/config';

/** The tests that `npm run mutate` runs. One process and shared modules: a mutant takes a second, not ten. */
export default defineConfig({
  test: {
    include: ['test/lambdas/**/*.test.ts'],
    // Too slow to run for each mutant: a browser, and every step killed at every write.
    exclude: ['test/lambdas/approvals/page/browser.test.ts', 'test/lambdas/killed.test.ts'],
    testTimeout: 30_000,
    isolate: false,
  },
});
