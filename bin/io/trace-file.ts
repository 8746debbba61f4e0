import { isTraceEvent, type TraceEvent } from '../../lambdas/contracts/events.ts';
import { parseJson } from '../../lambdas/contracts/json.ts';
import { InputError } from '../../lambdas/contracts/errors.ts';
import { decodeText, readBytes } from '../../local/files.ts';

const NEWLINE = 10;

/** The lines of a trace file, without the empty one after a final newline. Undefined: its bytes are not UTF-8. */
export const traceLines = (path: string): (string | undefined)[] => {
  const bytes = readBytes('trace', path);
  const lines: (string | undefined)[] = [];
  for (let from = 0; from < bytes.length;) {
    const at = bytes.indexOf(NEWLINE, from);
    const to = at === -1 ? bytes.length : at;
    lines.push(decodeText(bytes.subarray(from, to)));
    from = to + 1;
  }
  return lines;
};

/** The events of a trace file, at least one. Hash chain and seal are not checked. */
export const readTrace = (path: string): [TraceEvent, ...TraceEvent[]] => {
  const [first, ...others] = traceLines(path).map((line, index) => eventIn(line, index, path));
  if (first === undefined)
    throw new InputError(`trace ${path}`, 'this file is empty', 'a trace.jsonl with at least one event');
  return [first, ...others];
};

const eventIn = (line: string | undefined, index: number, path: string): TraceEvent => {
  const event = line === undefined ? undefined : parseJson(line);
  if (isTraceEvent(event)) return event;
  throw new InputError(
    `trace ${path}, line ${index + 1}`,
    line === undefined ? 'these bytes are not UTF-8' : 'this is not a trace event',
    'a trace.jsonl as `checkrein run` writes it',
  );
};
