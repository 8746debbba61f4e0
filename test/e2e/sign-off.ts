import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { checkreinCommand } from './cli.ts';
import type { E2eEnvironment } from './environment.ts';
import { linesOf } from './incidents.ts';
import { RUN_FOLDER } from './paths.ts';

const Listing = z.object({
  incidents: z.array(
    z.looseObject({
      incident: z.string(),
      open: z.boolean(),
      outcome: z.string().nullable(),
      agent: z.string().nullable(),
    }),
  ),
});

/** `checkrein incidents` lists the incident like this. */
export const assertListed = async (
  { emulators }: E2eEnvironment,
  args: readonly string[],
  incident: string,
  expected: { readonly open: boolean; readonly outcome: string | null },
): Promise<void> => {
  const { code, out } = await checkreinCommand(emulators, ['incidents', '--json', ...args]);
  assert.equal(code, 0);
  const found = Listing.parse(JSON.parse(out)).incidents.find((one) => one.incident === incident);
  assert.deepEqual([found?.open, found?.outcome, found?.agent], [expected.open, expected.outcome, 'ec2-responder']);
};

/** `checkrein trace get` writes what is in the ledger, and the report whose last line verifies it. */
export const assertSignOff = async (
  { emulators, clients, outputs }: E2eEnvironment,
  incident: string,
): Promise<void> => {
  const [file, key, report] = ['got.jsonl', 'got.pub.pem', 'got.md'].map((name) => join(RUN_FOLDER, name));
  assert(file !== undefined && key !== undefined && report !== undefined);
  const args = ['trace', 'get', incident, '--out', file, '--key', key, '--report', report];
  const got = await checkreinCommand(emulators, args);
  assert.equal(got.code, 0);
  assert.doesNotMatch(got.out, /names this key|another key/, 'the key is that of the stack');
  assert.deepEqual(readFileSync(file, 'utf8').trimEnd().split('\n'), await linesOf(clients, outputs, incident));
  const written = readFileSync(report, 'utf8');
  for (const moment of [
    /P1 asked: /,
    /P1 approved by sre-oncall@example\.com/,
    /apply finished: applied/,
    /verified: /,
  ])
    assert.match(written, moment);
  const [, command = ''] = /^npx checkrein (trace verify .*)$/m.exec(written) ?? [];
  const verified = await checkreinCommand(emulators, command.split(' '));
  assert.match(verified.out, /^SOUND: /);
};
