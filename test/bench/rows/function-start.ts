import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';
import { ENV } from '../../../lambdas/contracts/env.ts';
import type { Json } from '../../../lambdas/contracts/json.ts';
import { synthesizedFunctions, type DeployedFunction } from '../assembly.ts';
import { startAwsStub } from '../aws-stub.ts';
import type { BenchContext } from '../context.ts';
import type { Figure, Row } from '../figure.ts';
import { ledgerAt, momentsOf, type Moment } from '../moments.ts';
import { naiveBundles } from '../naive-function.ts';
import { spreadOf } from '../noise.ts';
import { approvedStory } from '../story.ts';

const run = promisify(execFile);
const PROBE = join(import.meta.dirname, '../children/function-start.ts');
const Started = z.strictObject({ importMs: z.number(), callMs: z.number(), outcome: z.string() });
type Started = z.infer<typeof Started>;

/** Authorize evaluates policies, so it loads Cedar; the others need not be slower than what they do. */
const IMPORT_AIM: Readonly<Record<string, number>> = { Authorize: 1 };

const startIn = async (cwd: string, env: Readonly<Record<string, string>>, event: Json): Promise<Started> => {
  const { stdout } = await run(process.execPath, [PROBE, JSON.stringify(event)], { cwd, env });
  return Started.parse(JSON.parse(stdout));
};

const environmentOf = ({ folder, environment }: DeployedFunction, aws: string, ledger: string) => ({
  ...environment,
  LAMBDA_TASK_ROOT: folder,
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_SESSION_TOKEN: 'local',
  AWS_ENDPOINT_URL: aws,
  AWS_ENDPOINT_URL_DYNAMODB: ledger,
  POWERTOOLS_LOG_LEVEL: 'SILENT',
  [ENV.ledgerTable]: 'ledger',
  ...(ENV.modelBaseUrl in environment && { [ENV.modelBaseUrl]: aws }),
  ...(ENV.pageUrl in environment && { [ENV.pageUrl]: 'https://page.example.com' }),
});

/** A cold start, with the ledger as it is in an incident when the function is first called. */
const coldStart = async (one: DeployedFunction, moment: Moment, aws: string): Promise<Started> => {
  const ledger = await ledgerAt(moment);
  try {
    return await startIn(one.folder, environmentOf(one, aws, ledger.endpoint), moment.event);
  } finally {
    await ledger.stop();
  }
};

type Starts = Map<string, Started[]>;

const measure = async (context: BenchContext): Promise<Starts> => {
  const functions = await synthesizedFunctions(join(context.folder, 'assembly'));
  context.progress(`${functions.length} functions were bundled`);
  const naive = await naiveBundles(context.folder);
  const moments = await momentsOf(context.definitionOf((await approvedStory()).rules));
  const aws = await startAwsStub();
  const starts: Starts = new Map();
  const note = (name: string, started: Started): void => void starts.set(name, [...(starts.get(name) ?? []), started]);
  try {
    for (let round = 0; round < context.rounds; round += 1) {
      for (const { name, folder } of naive) note(name, await startIn(folder, { AWS_REGION: 'eu-west-1' }, {}));
      for (const one of functions) {
        const moment = moments.get(one.name);
        if (moment !== undefined) note(one.name, await coldStart(one, moment, aws.url));
      }
      context.progress(`round ${round + 1} of ${context.rounds}`);
    }
  } finally {
    aws.stop();
  }
  return starts;
};

/** Row 5: what a cold start costs before and in the first call, against a bundle that imports everything. */
export const functionStart = async (context: BenchContext): Promise<Row> => {
  const starts = await measure(context);
  const of = (name: string, what: 'importMs' | 'callMs') =>
    spreadOf((starts.get(name) ?? []).map((started) => started[what]));
  const peers = ['naive bundle', 'naive with EC2'];
  const naive = peers.map((name) => ({ name, value: of(name, 'importMs').median }));
  const names = [...starts.keys()].filter((name) => !peers.includes(name));
  const outcomes = names.map((name) => `${name} ${starts.get(name)?.at(-1)?.outcome ?? ''}`);
  const scale = (naive[0]?.value ?? 107) / 107;
  return {
    row: 5,
    title: 'Cold start of each function',
    figures: [
      ...names.map((name): Figure => ({
        name: `import ${name}`,
        unit: 'ms',
        ours: of(name, 'importMs'),
        peers: naive,
        aim: { most: IMPORT_AIM[name] ?? 0.6 },
        aimOf: 'ratio',
      })),
      ...names.map((name): Figure => ({
        name: `first call ${name}`,
        unit: 'ms',
        ours: of(name, 'callMs'),
        peers: naive.slice(0, 1),
        // 100 ms where the naive import takes 107.
        aim: { most: 100 / 107 },
        aimOf: 'ratio',
      })),
    ],
    notes: [
      `The first call ended as: ${outcomes.join(', ')}.`,
      `The naive import takes ${scale.toFixed(2)} of the 107 ms for which the aims are written.`,
    ],
  };
};
