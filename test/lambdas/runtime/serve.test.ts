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
  // The logger writes to the console that Lambda collects, unless it is told that it is in development.
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
  test('answers with what its step answers', async () => {
    expect(await serve(double, () => ({}))({ n: 21 }, CONTEXT)).toEqual({ n: 42 });
  });

  test('refuses what its step cannot read, under the name that the state machine knows', async () => {
    await expect(serve(double, () => ({}))({ n: 'many' }, CONTEXT)).rejects.toMatchObject({ name: 'ContractBroken' });
  });

  test('hands on nothing that nobody can read', async () => {
    await expect(serve(double, () => ({}))({ n: 51 }, CONTEXT)).rejects.toThrow(
      /double produced a state document that nobody can read/,
    );
  });

  test('makes its ports once, and knows where it runs', async () => {
    const made: LambdaRuntime[] = [];
    const handler = serve(double, (surroundings) => {
      made.push(surroundings);
      return {};
    });
    await handler({ n: 1 }, CONTEXT);
    await handler({ n: 2 }, CONTEXT);
    expect(made).toHaveLength(1);
    expect(made[0]).toMatchObject({ account: '123456789012', region: 'eu-west-1', rules: { hash: rules.hash } });
    expect(made[0]?.env('ledgerTable')).toBe('ledger');
  });

  test('knows the deadline of the invocation that is running', async () => {
    let surroundings: LambdaRuntime | undefined;
    const handler = serve(double, (given) => {
      surroundings = given;
      return {};
    });
    await handler({ n: 1 }, CONTEXT);
    await handler({ n: 1 }, { ...CONTEXT, getRemainingTimeInMillis: () => 5_000 });
    const left = (surroundings?.deadline.at().getTime() ?? 0) - Date.now();
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
