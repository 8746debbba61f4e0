import { closeSync, openSync, readSync, statSync } from 'node:fs';
import * as z from 'zod';
import { BusEvent } from '../lambdas/contracts/alarm.ts';
import { Json } from '../lambdas/contracts/json.ts';
import { InputError } from '../lambdas/contracts/errors.ts';
import { otherThanEvent } from './other-than-event.ts';

/** No file of ours comes near it: a trace of 10,000 events has some 20 MB. */
const FILE_BYTES = 100_000_000;
const CHUNK_BYTES = 1_000_000;

/** Reads a file that the user named. It need not be a regular one, so its size is only known when it has been read. */
export const readBytes = (what: string, path: string): Uint8Array => {
  let bytes: Uint8Array | undefined;
  try {
    bytes = readUpTo(path, FILE_BYTES);
  } catch (cause) {
    const isDirectory = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
    const problem = isDirectory ? 'this is a directory' : 'this file cannot be read';
    throw new InputError(`${what} ${path}`, problem, 'the path of a readable file', cause);
  }
  if (bytes === undefined)
    throw new InputError(`${what} ${path}`, 'this file is too long', `a file of at most ${FILE_BYTES / 1e6} MB`);
  return bytes;
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

/** The text in these bytes, a byte order mark included. Undefined if any of them is not UTF-8: none is replaced. */
export const decodeText = (bytes: Uint8Array): string | undefined => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
};

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
