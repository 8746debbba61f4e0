import { isTraceEvent, type TraceEvent } from '../../lambdas/contracts/events.ts';
import { parseJson } from '../../lambdas/contracts/json.ts';
import { InputError } from '../../lambdas/contracts/errors.ts';
import { readText } from '../../local/files.ts';

/** The lines of a trace file, without the empty one after a final newline. */
export const traceLines = (path: string): string[] => {
  const lines = readText('trace', path).split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
};

/** The events of a trace file, at least one. Hash chain and seal are not checked. */
export const readTrace = (path: string): [TraceEvent, ...TraceEvent[]] => {
  const [first, ...others] = traceLines(path).map((line, index) => eventIn(line, index, path));
  if (first === undefined)
    throw new InputError(`trace ${path}`, 'this file is empty', 'a trace.jsonl with at least one event');
  return [first, ...others];
};

const eventIn = (line: string, index: number, path: string): TraceEvent => {
  const event = parseJson(line);
  if (isTraceEvent(event)) return event;
  throw new InputError(
    `trace ${path}, line ${index + 1}`,
    'this is not a trace event',
    'a trace.jsonl as `checkrein run` writes it',
  );
};
