import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { BusEvent } from '../lambdas/contracts/alarm.ts';
import { Json } from '../lambdas/contracts/json.ts';
import { InputError } from '../lambdas/contracts/errors.ts';

/** Reads a text file that the user named. */
export const readText = (what: string, path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new InputError(`${what} ${path}`, 'this file cannot be read', 'the path of a readable file', cause);
  }
};

/** Reads a JSON file that the user named. */
const readJson = (what: string, path: string): Json => {
  const text = readText(what, path);
  try {
    return Json.parse(JSON.parse(text));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : 'unknown';
    throw new InputError(`${what} ${path}`, `this is not JSON (${reason})`, 'one JSON object', cause);
  }
};

/** Reads an EventBridge event, exactly as AWS sends it. Whether an agent handles it is decided by the flow. */
export const readEvent = (path: string): Json => {
  const json = readJson('--event', path);
  const event = BusEvent.safeParse(json);
  if (event.success) return json;
  const issue = event.error.issues[0];
  const field = issue === undefined || issue.path.length === 0 ? 'the event' : issue.path.join('.');
  throw new InputError(
    `--event ${path}: ${field}`,
    issue?.message ?? z.prettifyError(event.error),
    'an EventBridge event as AWS sends it, with id, source, detail-type, account, region, time and detail',
    event.error,
  );
};
