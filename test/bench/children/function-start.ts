/**
 * A cold start: imports a bundle and calls its handler once, with the event of the first argument, in a fresh process.
 * Prints the milliseconds of this thread's CPU for both, and how the call ended.
 */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as z from 'zod';
import { threadCpu } from '../cpu-meter.ts';

const Bundle = z.looseObject({
  handler: z.function({ input: [z.unknown(), z.unknown()], output: z.promise(z.unknown()) }),
});
const context = {
  invokedFunctionArn: 'arn:aws:lambda:eu-west-1:123456789012:function:x',
  awsRequestId: 'request',
  getRemainingTimeInMillis: () => 60_000,
};

const event: unknown = JSON.parse(process.argv[2] ?? '{}');
const started = threadCpu();
const imported: unknown = await import(pathToFileURL(resolve('index.mjs')).href);
const loaded = threadCpu();
const { handler } = Bundle.parse(imported);
const calling = threadCpu();
const outcome = await handler(event, context).then(
  () => 'answered',
  (error: unknown) => (error instanceof Error ? error.name : 'threw something strange'),
);
const called = threadCpu();
process.stdout.write(
  JSON.stringify({ importMs: (loaded - started) / 1000, callMs: (called - calling) / 1000, outcome }),
  () => process.exit(),
);
