import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Two cores here and in most CI runners: more workers only make each other's timers late.
    maxWorkers: 2,
    testTimeout: 30_000,
  },
});
