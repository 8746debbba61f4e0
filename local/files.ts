import { isUtf8 } from 'node:buffer';
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import * as z from 'zod';
import { BusEvent } from '../lambdas/contracts/alarm.ts';
import { Json } from '../lambdas/contracts/json.ts';
import { InputError } from '../lambdas/contracts/errors.ts';
import { otherThanEvent } from './other-than-event.ts';

/** No file that is held as a whole comes near it: a trace of 10,000 events has some 20 MB. Nor does a line of one that is not. */
export const FILE_BYTES = 100_000_000;
const CHUNK_BYTES = 1_000_000;
const NEWLINE = 10;

/** Reads a file that the user named. It need not be a regular one, so its size is only known when it has been read. */
const readBytes = (what: string, path: string): Uint8Array => {
  const bytes = reading(what, path, () => readUpTo(path, FILE_BYTES));
  if (bytes === undefined)
    throw new InputError(`${what} ${path}`, 'this file is too long', `a file of at most ${FILE_BYTES / 1e6} MB`);
  return bytes;
};

const reading = <T>(what: string, path: string, read: () => T): T => {
  try {
    return read();
  } catch (cause) {
    const isDirectory = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
    const problem = isDirectory ? 'this is a directory' : 'this file cannot be read';
    throw new InputError(`${what} ${path}`, problem, 'the path of a readable file', cause);
  }
};

const readUpTo = (path: string, limit: number): Uint8Array | undefined => {
  const file = openSync(path, 'r');
  try {
    const chunks: Uint8Array[] = [];
    for (let size = 0; ;) {
      const chunk = Buffer.alloc(CHUNK_BYTES);
      const read = readSync(file, chunk);
      if (read === 0) return Buffer.concat(chunks);
      chunks.push(chunk.subarray(0, read));
      size += read;
      if (size > limit) return undefined;
    }
  } finally {
    closeSync(file);
  }
};

/**
 * The lines of a file that the user named, one by one, without the empty one after a final newline. Undefined: its bytes are not
 * UTF-8. The file may have any length, unless a limit is given; a line is held as a whole, so it may not.
 */
export const linesIn = function* (what: string, path: string, limit = Infinity): Generator<string | undefined> {
  const file = reading(what, path, () => openSync(path, 'r'));
  try {
    let buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    /** Bytes at the start of the buffer: of a line whose end was not read yet. */
    let held = 0;
    for (let size = 0; ;) {
      const into = buffer;
      const read = reading(what, path, () => readSync(file, into, { offset: held }));
      size += read;
      if (size > limit)
        throw new InputError(`${what} ${path}`, 'this file is too long', `a file of at most ${limit / 1e6} MB`);
      const bytes = buffer.subarray(0, held + read);
      let from = 0;
      for (let at = bytes.indexOf(NEWLINE, held); at !== -1; at = bytes.indexOf(NEWLINE, from)) {
        yield decodeText(bytes.subarray(from, at));
        from = at + 1;
      }
      held = bytes.copy(buffer, 0, from);
      if (read === 0) break;
      if (held === buffer.length) buffer = doubled(buffer, `${what} ${path}`);
    }
    if (held > 0) yield decodeText(buffer.subarray(0, held));
  } finally {
    closeSync(file);
  }
};

const doubled = (buffer: Uint8Array, about: string): Buffer<ArrayBuffer> => {
  if (buffer.length >= FILE_BYTES)
    throw new InputError(about, 'a line of this file is too long', `lines of at most ${FILE_BYTES / 1e6} MB`);
  return Buffer.concat([buffer], 2 * buffer.length);
};

/** The text in these bytes, a byte order mark included. Undefined if any of them is not UTF-8: none is replaced. */
const decodeText = (bytes: Uint8Array): string | undefined =>
  isUtf8(bytes) ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8') : undefined;

/** Reads a text file that the user named. */
export const readText = (what: string, path: string): string => {
  const text = decodeText(readBytes(what, path));
  if (text === undefined) throw new InputError(`${what} ${path}`, 'these bytes are not UTF-8', 'a text file');
  return text;
};

const jsonIn = (what: string, path: string, text: string): Json => {
  try {
    return Json.parse(JSON.parse(text));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : 'unknown';
    throw new InputError(`${what} ${path}`, `this is not JSON (${reason})`, 'one JSON object', cause);
  }
};

/** Reads an EventBridge event, exactly as AWS sends it. Whether an agent handles it is decided by the flow. */
export const readEvent = (path: string, what = '--event'): Json => {
  const text = readText(what, path);
  const other = otherThanEvent(text);
  if (other !== undefined) throw new InputError(`${what} ${path}`, other.is, other.expected);
  const json = jsonIn(what, path, text);
  const event = BusEvent.safeParse(json);
  if (event.success) return json;
  const issue = event.error.issues[0];
  const field = issue === undefined || issue.path.length === 0 ? 'the event' : issue.path.join('.');
  throw new InputError(
    `${what} ${path}: ${field}`,
    issue?.message ?? z.prettifyError(event.error),
    'an EventBridge event as AWS sends it, with id, source, detail-type, account, region, time and detail',
    event.error,
  );
};
