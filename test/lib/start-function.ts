/**
 * bundles.test.ts starts this in a separate process, in the folder of one bundle. It invokes the handler once
 * with an empty event, and prints the result and which of our variables it read.
 */
import { pathToFileURL } from 'node:url';
import { resolve } from 'node:path';
import * as z from 'zod';

const Bundle = z.looseObject({
  handler: z.function({ input: [z.unknown(), z.unknown()], output: z.promise(z.unknown()) }),
});
const context = {
  invokedFunctionArn: 'arn:aws:lambda:eu-west-1:123456789012:function:x',
  awsRequestId: 'request',
  getRemainingTimeInMillis: () => 1000,
};

const read = new Set<string>();
process.env = new Proxy(process.env, {
  get: (env, name: string) => {
    if (name.startsWith('CHECKREIN_')) read.add(name);
    return env[name];
  },
});

const { handler } = Bundle.parse(await import(pathToFileURL(resolve('index.mjs')).href));
const outcome = await handler({}, context).then(
  () => 'answered',
  (error: unknown) => (error instanceof Error ? error.name : 'threw something strange'),
);
process.stdout.write(JSON.stringify({ outcome, read: [...read].sort() }));
