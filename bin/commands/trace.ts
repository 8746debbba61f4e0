import { Command } from 'commander';
import { InputError } from '../../lambdas/contracts/errors.ts';
import { keyFingerprint, verifyTrace, type ChainVerdict } from '../../lambdas/kernel/trace/chain.ts';
import { readText } from '../../local/files.ts';
import { ours, plain, sentence, type PlainText } from '../../lambdas/kernel/trace/outside-text.ts';
import type { TraceEvent } from '../../lambdas/contracts/events.ts';
import { whatHappened } from '../../lambdas/kernel/trace/what-happened.ts';
import { coloursFor, timelineLines } from '../io/timeline-lines.ts';
import { readTrace, traceLines } from '../io/trace-file.ts';
import { printer, printJson, sentencePrinter } from '../io/output.ts';
import { withSource } from '../io/source-flags.ts';
import { columnsFor } from '../io/wrap.ts';
import type { TraceGetFlags } from '../operator/trace-get.ts';

/** The number of an event and two blanks. */
const SEQ_WIDTH = 6;

/** Traces of earlier versions do not say at their end what happened. It follows from their events. */
const withHappened = (event: TraceEvent, events: readonly TraceEvent[]): TraceEvent =>
  event.kind === 'incident.closed' && event.data.happened === undefined
    ? { ...event, data: { ...event.data, happened: whatHappened(events).map(String) } }
    : event;

const show = (path: string, flags: { json?: boolean }): void => {
  const recorded = readTrace(path);
  if (flags.json === true) {
    printJson(recorded);
    return;
  }
  const print = printer(false);
  const colours = coloursFor(process.stdout);
  const [first] = recorded;
  const events = recorded.map((event) => withHappened(event, recorded));
  sentencePrinter(false)(
    plain`Incident ${first.incident}, ${first.at.slice(0, 10)} (times in UTC), ${events.length} events\n`,
  );
  const width = columnsFor(process.stdout) - SEQ_WIDTH;
  for (const event of events)
    for (const [index, line] of timelineLines(event, colours, width).entries())
      print(plain`${ours(index === 0 ? String(event.seq).padStart(4) : '    ')}  ${line}`);
};

/** Whether node can read a key out of this text. */
const isPublicKey = (pem: string): boolean => {
  try {
    return pem.includes('PUBLIC KEY') && keyFingerprint(pem) !== '';
  } catch {
    return false;
  }
};

const verify = (path: string, flags: { key?: string; incident?: string; json?: boolean }): void => {
  const key = flags.key === undefined ? undefined : readText('--key', flags.key);
  if (key !== undefined && !isPublicKey(key))
    throw new InputError(
      `--key ${String(flags.key)}`,
      'this is not a public key',
      'a PEM file that starts with -----BEGIN PUBLIC KEY-----',
    );
  const verdict = verifyTrace(traceLines(path), key, flags.incident);
  if (!verdict.sound) process.exitCode = 1;
  if (flags.json === true) printJson(verdict.sound ? { ...verdict, pinned: key !== undefined } : verdict);
  else for (const line of inWords(verdict, key !== undefined)) sentencePrinter(false)(line);
};

const inWords = (verdict: ChainVerdict, pinned: boolean): PlainText[] => {
  if (!verdict.sound) return [plain`BROKEN at event ${verdict.seq}: ${sentence(verdict.reason)}.`];
  const { incident, events, keyFingerprint: fingerprint } = verdict;
  const trust = plain`The key is the one that the trace itself contains. Pass your own with --key PEM to detect a trace that was rewritten and sealed again.`;
  return [
    plain`SOUND: incident ${incident}, ${events} events, hash chain and seal are valid, sealed by key ${fingerprint}.`,
    ...(pinned ? [] : [trust]),
  ];
};

const getCommand = (): Command =>
  withSource(new Command('get'))
    .description('Write one trace of a deployed stack, or of a folder, as `trace verify` reads it.')
    .argument('<incident>', 'its id, as `checkrein incidents` and the closing message name it')
    .option('--out <file>', 'where it goes; default: standard output')
    .option('--key <file>', 'also write the public key that verifies its seal')
    .option('--report <file>', 'also write the report (Markdown)')
    .option('--table <name>', 'the table that a removed stack has left, instead of a stack')
    .addHelpText(
      'after',
      `
Needs cloudformation:DescribeStacks, dynamodb:Query, kms:Decrypt with the key of
the table; for --key, kms:GetPublicKey. A trace that somebody changed in the
table is written as it is, with a sentence about it and exit code 1.`,
    )
    .action(async (incident: string, flags: TraceGetFlags) =>
      (await import('../operator/index.ts')).getTrace(incident, flags),
    );

/** `checkrein trace`: get a trace, read it, and check it offline. */
export const traceCommand = (): Command =>
  new Command('trace')
    .description('Get a trace, read it, or check it offline.')
    .addCommand(getCommand())
    .addCommand(
      new Command('show')
        .description('The incident as a readable timeline.')
        .argument('<file>', 'trace.jsonl')
        .option('--json', 'print the events as one JSON array')
        .action(show),
    )
    .addCommand(
      new Command('verify')
        .description('Check hash chain and seal; exit 0 if they are valid, 1 with the first broken event if not.')
        .argument('<file>', 'trace.jsonl')
        .option('--key <pem>', 'the public key that the seal must verify with')
        .option('--incident <id>', 'the incident that the trace must be of; without it, read which one was verified')
        .option('--json', 'print the verdict as JSON')
        .action(verify),
    );
