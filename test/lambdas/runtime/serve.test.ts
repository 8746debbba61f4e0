import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import * as z from 'zod';
import { StepError } from '../../../lambdas/contracts/errors.ts';
import { lambda, serve, type LambdaContext, type LambdaRuntime } from '../../../lambdas/runtime/serve.ts';
import type { Step } from '../../../lambdas/runtime/step.ts';
import { rules } from '../../fixtures/harness.ts';

const CONTEXT: LambdaContext = {
  invokedFunctionArn: 'arn:aws:lambda:eu-west-1:123456789012:function:decide',
  awsRequestId: 'request-1',
  getRemainingTimeInMillis: () => 60_000,
};

let logged: string[];
beforeEach(() => {
  const directory = mkdtempSync(join(tmpdir(), 'checkrein-serve-'));
  writeFileSync(join(directory, 'rules.json'), JSON.stringify(rules));
  vi.stubEnv('LAMBDA_TASK_ROOT', directory);
  vi.stubEnv('CHECKREIN_RULES_PATH', 'rules.json');
  vi.stubEnv('CHECKREIN_LEDGER_TABLE', 'ledger');
  // The logger writes to the console that Lambda collects, except in development mode.
  vi.stubEnv('POWERTOOLS_DEV', 'true');
  logged = [];
  const keep = (...line: unknown[]): void => void logged.push(line.map(String).join(' '));
  vi.spyOn(console, 'error').mockImplementation(keep);
  vi.spyOn(console, 'info').mockImplementation(keep);
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

const double: Step<{ n: number }, { n: number }, object> = {
  name: 'double',
  input: z.object({ n: z.int() }),
  output: z.object({ n: z.int().max(100) }),
  run: async ({ n }) => ({ n: n * 2 }),
};

describe('a function', () => {
  test('returns what its step returns', async () => {
    expect(await serve(double, () => ({}))({ n: 21 }, CONTEXT)).toEqual({ n: 42 });
  });

  test('refuses what its step cannot read, under the name that the state machine matches on', async () => {
    await expect(serve(double, () => ({}))({ n: 'many' }, CONTEXT)).rejects.toMatchObject({ name: 'ContractBroken' });
  });

  test('returns nothing that does not match its schema', async () => {
    await expect(serve(double, () => ({}))({ n: 51 }, CONTEXT)).rejects.toThrow(
      /double produced a state document that does not match its schema/,
    );
  });

  test('creates its ports once, with its account and Region', async () => {
    const made: LambdaRuntime[] = [];
    const handler = serve(double, (runtime) => {
      made.push(runtime);
      return {};
    });
    await handler({ n: 1 }, CONTEXT);
    await handler({ n: 2 }, CONTEXT);
    expect(made).toHaveLength(1);
    expect(made[0]).toMatchObject({ account: '123456789012', region: 'eu-west-1', rules: { hash: rules.hash } });
    expect(made[0]?.env('ledgerTable')).toBe('ledger');
  });

  test('has the deadline of the current invocation', async () => {
    let runtime: LambdaRuntime | undefined;
    const handler = serve(double, (given) => {
      runtime = given;
      return {};
    });
    await handler({ n: 1 }, CONTEXT);
    await handler({ n: 1 }, { ...CONTEXT, getRemainingTimeInMillis: () => 5_000 });
    const left = (runtime?.deadline.at().getTime() ?? 0) - Date.now();
    expect(left).toBeGreaterThan(4_000);
    expect(left).toBeLessThanOrEqual(5_000);
  });

  test('without a variable that it needs says which', async () => {
    vi.stubEnv('CHECKREIN_LEDGER_TABLE', '');
    const handler = serve(double, ({ env }) => ({ table: env('ledgerTable') }));
    await expect(handler({ n: 1 }, CONTEXT)).rejects.toMatchObject({
      name: 'Misconfigured',
      message: 'The environment variable CHECKREIN_LEDGER_TABLE is not set.',
    });
  });

  test('without rules does nothing', async () => {
    vi.stubEnv('CHECKREIN_RULES_PATH', 'missing.json');
    await expect(serve(double, () => ({}))({ n: 1 }, CONTEXT)).rejects.toMatchObject({ name: 'Misconfigured' });
  });

  test('logs an error with its code and advice, and never the event, which may hold a task token', async () => {
    const failing = lambda(
      'approve',
      () => ({}),
      () => Promise.reject(new StepError('CloudUnavailable', 'SNS is down.', 'Wait for it.')),
    );
    await expect(failing({ taskToken: 'AQCEAAAAKgAAAAMAAAAA' }, CONTEXT)).rejects.toMatchObject({
      name: 'CloudUnavailable',
    });
    expect(logged.join()).toContain('Wait for it.');
    expect(logged.join()).toContain('request-1');
    expect(logged.join()).not.toContain('AQCEAAAAKgAAAAMAAAAA');
  });
});
