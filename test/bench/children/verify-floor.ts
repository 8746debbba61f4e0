/** The least that a verifier of such a trace does: reads each line, parses it, makes its canonical form and hashes that, once. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import canonicalize from 'canonicalize';

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

let sound = 0;
for await (const line of createInterface({ input: createReadStream(process.argv[2] ?? '') })) {
  const event: unknown = JSON.parse(line);
  if (!isRecord(event)) continue;
  const { hash, ...rest } = event;
  const text = canonicalize(rest) ?? '';
  if (createHash('sha256').update(text).digest('hex') === hash) sound += 1;
}
process.stdout.write(`${sound}\n`);
