import * as z from 'zod';
import { JsonObject, parseJson } from '../../contracts/json.ts';
import { cleanJson, EVENT_BYTES, type CleanJson } from '../../kernel/redaction/clean-json.ts';
import { canonical, sha256 } from '../../kernel/trace/canonical.ts';
import { withoutEnvironmentValues } from './environment-values.ts';

/** An event that can be recorded. `whole`: of the detail as it came, if part of it was left out or changed. */
export interface CleanEvent extends CleanJson {
  readonly whole?: { readonly sha256: string; readonly bytes: number };
}

const Envelope = z.record(z.string(), z.unknown());

/**
 * Makes an event recordable. The envelope is cleaned before the detail, so that a long detail cannot push it out. A detail
 * that is the text of a JSON object, as EventBridge Scheduler sends it, is read. Values of environment variables are left
 * out: they are often secrets. An event without an id gets one made of its
 * content, so that the same event sent twice is one.
 */
export const cleanEvent = (raw: unknown): CleanEvent => {
  const parsed = Envelope.safeParse(raw);
  if (!parsed.success) return cleanJson(raw, EVENT_BYTES);
  const { detail: given, ...envelope } = parsed.data;
  const notes: string[] = [];
  const detail = detailOf(given, notes);
  const clean = cleanJson(given === undefined ? envelope : { ...envelope, detail }, EVENT_BYTES);
  const { value: safe, leftOut } = withoutEnvironmentValues(clean.value);
  if (leftOut > 0) notes.push(`detail: the values of ${leftOut} environment variables were left out`);
  const value = JsonObject.parse(safe);
  if (value['id'] === undefined || value['id'] === '') {
    notes.push('id: the event had none, so it got one that is made of its content');
    value['id'] = `sha256:${sha256(canonical(value))}`;
  }
  const whole = clean.cleaned.length === 0 || given === undefined ? undefined : measured(detail, notes);
  return { value, cleaned: [...notes, ...clean.cleaned], ...(whole !== undefined && { whole }) };
};

const detailOf = (given: unknown, notes: string[]): unknown => {
  if (typeof given !== 'string') return given;
  const read = JsonObject.safeParse(parseJson(given));
  if (!read.success) return given;
  notes.push('detail: it came as text, which was read as JSON');
  return read.data;
};

/** Hash and length of a detail as it came. A detail of thousands of levels has neither, and the trace says so. */
const measured = (detail: unknown, notes: string[]): CleanEvent['whole'] => {
  try {
    const text = JSON.stringify(detail);
    return { sha256: sha256(text), bytes: Buffer.byteLength(text) };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    notes.push('detail: it is too deep to be hashed whole');
    return undefined;
  }
};
