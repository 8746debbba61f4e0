import { writeFileSync } from 'node:fs';
import { InputError } from '../../lambdas/contracts/errors.ts';
import { keyFingerprint } from '../../lambdas/kernel/trace/chain.ts';
import { ours, plain, type PlainText } from '../../lambdas/kernel/trace/outside-text.ts';
import { lastOf } from '../../lambdas/kernel/trace/queries.ts';
import { reportOf } from '../../lambdas/kernel/trace/report.ts';
import { verifyLine } from '../../lambdas/kernel/trace/verify-line.ts';
import { printer } from '../io/output.ts';
import { openSource, type SourceFlags } from '../io/source-flags.ts';
import type { SealKey, StoredTrace } from '../io/trace-source.ts';

export interface TraceGetFlags extends SourceFlags {
  readonly out?: string;
  readonly key?: string;
  readonly report?: string;
}

/** Writes one trace as `checkrein trace verify` reads it: every line as it is stored. */
export const getTrace = async (incident: string, flags: TraceGetFlags): Promise<void> => {
  const { out, key: keyFile, report } = flags;
  if (out === undefined && process.stdout.isTTY)
    throw new InputError(
      '--out',
      'not given, and a trace is not made for a terminal',
      '--out trace.jsonl, or a redirection (> trace.jsonl)',
    );
  const source = await openSource(flags);
  const trace = await source.trace(incident);
  if (trace === undefined)
    throw new InputError(
      '<incident>',
      `${source.name} has no trace of ${JSON.stringify(incident)}`,
      'an incident that `checkrein incidents` lists; an alarm that joined an open incident has no trace of its own',
    );
  // Asked before anything is written, so that a refusal leaves no half of it.
  const key = keyFile === undefined ? undefined : await trace.sealKey();
  if (out === undefined) process.stdout.write(trace.content);
  else write('--out', out, trace.content);
  if (keyFile !== undefined && key !== undefined) write('--key', keyFile, key.pem);
  const verify = verifyLine({ trace: out ?? 'trace.jsonl', key: keyFile, incident });
  const seal = lastOf(trace.events, 'trace.sealed');
  if (report !== undefined) write('--report', report, reportOf(trace.events, seal && verify));
  const print = printer(out === undefined);
  for (const line of [...stateLines(trace, verify), ...keyLines(trace, key)]) print(line);
  if (trace.fault !== undefined) throw trace.fault;
};

const write = (flag: string, path: string, content: string | Uint8Array): void => {
  try {
    writeFileSync(path, content);
  } catch (cause) {
    throw new InputError(`${flag} ${path}`, 'this file cannot be written', 'a path in a folder that exists', cause);
  }
};

const stateLines = ({ events }: StoredTrace, verify: string): PlainText[] =>
  lastOf(events, 'trace.sealed') === undefined
    ? [
        plain`${events.length} events. The incident has no seal yet: it is open, and its trace verifies once it is closed.`,
      ]
    : [plain`${events.length} events, sealed. To verify them:`, plain`  ${ours(verify)}`];

/** What the key proves, if that is less than a reader would think. */
const keyLines = ({ events }: StoredTrace, key: SealKey | undefined): PlainText[] => {
  const seal = lastOf(events, 'trace.sealed')?.data;
  if (key === undefined || seal === undefined) return [];
  const mine = keyFingerprint(key.pem);
  if (key.namedByTrace)
    return [plain`The trace itself names this key, ${mine}. Compare it with the one that you have noted.`];
  return mine === keyFingerprint(seal.publicKey)
    ? []
    : [
        plain`The trace was sealed with another key than ${mine}. If the key was replaced since, verify with the public key of before.`,
      ];
};
