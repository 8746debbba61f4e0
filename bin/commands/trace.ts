import { Command } from 'commander';
import { isTraceEvent, type TraceEvent } from '../../lambdas/contracts/events.ts';
import { InputError } from '../../lambdas/errors.ts';
import { verifyTrace, type ChainVerdict } from '../../lambdas/kernel/chain.ts';
import { readText } from '../../local/files.ts';
import { coloursFor, timelineLines } from '../../local/terminal.ts';
import { printer, printJson } from './output.ts';

/** The lines of a trace file. A missing newline at the end is no event. */
const linesOf = (path: string): string[] => {
  const lines = readText('trace', path).split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
};

const eventIn = (line: string, index: number, path: string): TraceEvent => {
  try {
    const event: unknown = JSON.parse(line);
    if (isTraceEvent(event)) return event;
  } catch {
    // Falls through: a line that is not JSON is not an event either.
  }
  throw new InputError(
    `trace ${path}, line ${index + 1}`,
    'this is not a trace event',
    'a trace.jsonl as `checkrein run` writes it',
  );
};

const show = (path: string, flags: { json?: boolean }): void => {
  const events = linesOf(path).map((line, index) => eventIn(line, index, path));
  if (flags.json === true) {
    printJson(events);
    return;
  }
  const print = printer(false);
  const colours = coloursFor(process.stdout);
  const first = events[0];
  if (first === undefined)
    throw new InputError(`trace ${path}`, 'this file is empty', 'a trace.jsonl with at least one event');
  print(`Incident ${first.incident}, ${first.at.slice(0, 10)} (times in UTC), ${events.length} events\n`);
  for (const event of events)
    for (const [index, line] of timelineLines(event, colours).entries())
      print(`${index === 0 ? String(event.seq).padStart(4) : '    '}  ${line}`);
};

const verify = (path: string, flags: { key?: string; json?: boolean }): void => {
  const key = flags.key === undefined ? undefined : readText('--key', flags.key);
  if (key !== undefined && !key.includes('PUBLIC KEY'))
    throw new InputError(
      `--key ${String(flags.key)}`,
      'this is not a public key',
      'a PEM file that begins with -----BEGIN PUBLIC KEY-----',
    );
  const verdict = verifyTrace(linesOf(path), key);
  if (!verdict.sound) process.exitCode = 1;
  if (flags.json === true) printJson(withoutEvents(verdict, key !== undefined));
  else for (const line of inWords(verdict, key !== undefined)) printer(false)(line);
};

const withoutEvents = (verdict: ChainVerdict, pinned: boolean): object =>
  verdict.sound
    ? { sound: true, events: verdict.events.length, keyFingerprint: verdict.keyFingerprint, pinned }
    : verdict;

const inWords = (verdict: ChainVerdict, pinned: boolean): string[] => {
  if (!verdict.sound) return [`BROKEN at event ${verdict.seq}: ${verdict.reason}.`];
  const { events, keyFingerprint } = verdict;
  const trust =
    'The key is the one that the trace itself names. Pin your own with --key PEM to rule out a trace that was rewritten and sealed anew.';
  return [
    `SOUND: ${events.length} events, chain and seal hold, sealed by key ${keyFingerprint}.`,
    ...(pinned ? [] : [trust]),
  ];
};

/** `checkrein trace`: read a trace, and check it offline. */
export const traceCommand = (): Command =>
  new Command('trace')
    .description('Read a trace, or check it offline.')
    .addCommand(
      new Command('show')
        .description('The incident as a readable timeline.')
        .argument('<file>', 'trace.jsonl')
        .option('--json', 'print the events as one JSON array')
        .action(show),
    )
    .addCommand(
      new Command('verify')
        .description('Check chain and seal; exit 0 if they hold, 1 with the first broken event if not.')
        .argument('<file>', 'trace.jsonl')
        .option('--key <pem>', 'public key that the seal must be of')
        .option('--json', 'print the verdict as JSON')
        .action(verify),
    );
