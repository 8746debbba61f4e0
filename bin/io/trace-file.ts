import { isTraceEvent, type TraceEvent } from '../../lambdas/contracts/events.ts';
import { parseJson } from '../../lambdas/contracts/json.ts';
import { InputError } from '../../lambdas/contracts/errors.ts';
import { FILE_BYTES, linesIn } from '../../local/files.ts';

/** The lines of a trace file, without the empty one after a final newline. Undefined: its bytes are not UTF-8. */
export const traceLines = (path: string): Iterable<string | undefined> => linesIn('trace', path);

/** The events of a trace file, at least one. Hash chain and seal are not checked. */
export const readTrace = (path: string): [TraceEvent, ...TraceEvent[]] => {
  const lines = [...linesIn('trace', path, FILE_BYTES)];
  const [first, ...others] = lines.map((line, index) => eventIn(line, index, path));
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
