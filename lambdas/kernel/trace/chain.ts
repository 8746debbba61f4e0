import { createHash, createPublicKey, verify } from 'node:crypto';
import { isKind, isTraceEvent, type TraceEvent, type TraceEventOf } from '../../contracts/events.ts';
import { parseJson } from '../../contracts/json.ts';
import { canonical, sha256 } from './canonical.ts';

/** `prev` of the first event of a chain. */
export const GENESIS = '0'.repeat(64);

/** The hash of an event: SHA-256 over canonical JSON of all its fields but the hash itself. */
export const hashOf = (event: Readonly<Record<string, unknown>>): string =>
  sha256(canonical(Object.fromEntries(Object.entries(event).filter(([field]) => field !== 'hash'))));

/**
 * The same hash from the event's line in canonical form: of the text without the field. The fields behind it are those of
 * the envelope and of its replies, none of them with this name, so the last one in the text is the event's own.
 */
const hashOfLine = (line: string, { hash }: TraceEvent): string => {
  const field = `"hash":${JSON.stringify(hash)},`;
  const at = line.lastIndexOf(field);
  return sha256(line.slice(0, at) + line.slice(at + field.length));
};

/** The bytes that a seal signs. The prefix makes the signature useless for anything else. */
export const sealMessage = (incident: string, head: string, events: number): Uint8Array =>
  Buffer.from(`checkrein/seal/v1\n${canonical({ incident, head, events })}`);

/** Short name of a public key, for people to compare: SHA-256 over its DER form, first 16 hex digits. */
export const keyFingerprint = (publicKeyPem: string): string =>
  createHash('sha256')
    .update(createPublicKey(publicKeyPem).export({ type: 'spki', format: 'der' }))
    .digest('hex')
    .slice(0, 16);

/** The result of verifying a trace: sound, with the number of its events, or the first broken event and the reason. */
export type ChainVerdict =
  | { readonly sound: true; readonly incident: string; readonly events: number; readonly keyFingerprint: string }
  | { readonly sound: false; readonly seq: number; readonly reason: string };

const broken = (seq: number, reason: string): ChainVerdict => ({ sound: false, seq, reason });

const sealFault = (seal: TraceEventOf<'trace.sealed'>, pinnedKey: string | undefined): string | undefined => {
  const { head, events, publicKey, signature } = seal.data;
  if (head !== seal.prev) return 'the seal names another head than the event before it';
  if (events !== seal.seq) return `the seal counts ${events} events, but ${seal.seq} are before it`;
  try {
    if (pinnedKey !== undefined && keyFingerprint(pinnedKey) !== keyFingerprint(publicKey))
      return `the seal was made with key ${keyFingerprint(publicKey)}, not with the expected ${keyFingerprint(pinnedKey)}`;
    const holds = verify(
      'sha256',
      sealMessage(seal.incident, head, events),
      publicKey,
      Buffer.from(signature, 'base64'),
    );
    return holds ? undefined : 'the signature of the seal is not valid';
  } catch {
    return 'the key or the signature of the seal is unreadable';
  }
};

/** Why an event with this hash of its content does not continue the chain after the event before it; undefined if it does. */
const linkFault = (event: TraceEvent, hash: string, before: TraceEvent | undefined): string | undefined => {
  const seq = before === undefined ? 0 : before.seq + 1;
  if (event.seq !== seq) return `expected event ${seq}, found event ${event.seq}: one was removed or added`;
  if (event.prev !== (before?.hash ?? GENESIS)) return 'its link to the event before is broken';
  if (event.hash !== hash) return 'its content does not match its hash';
  if (before !== undefined && event.incident !== before.incident) return 'it belongs to another incident';
  return before !== undefined && isKind(before, 'trace.sealed') ? 'it follows the seal' : undefined;
};

/** Checks the chain of an open trace. Apply does, before it trusts the plan and the grant on it. */
export const chainFault = (events: readonly TraceEvent[]): string | undefined => {
  for (const [index, event] of events.entries()) {
    const fault = linkFault(event, hashOf(event), events[index - 1]);
    if (fault !== undefined) return `Event ${index} of the trace is broken: ${fault}.`;
  }
  return undefined;
};

/** Whether this text is the canonical form of a value, which half a character does not even have. */
const isCanonical = (value: unknown, text: string): boolean => {
  try {
    return canonical(value) === text;
  } catch {
    return false;
  }
};

/**
 * Checks a whole trace offline: every line is a known event in canonical form, every hash and link is
 * right, and the last event is a seal with a valid signature. A line is undefined if its bytes are not UTF-8. Lines are read
 * one by one and none is held: a trace of any length takes the memory of its longest event.
 * With `pinnedKey` (PEM) the seal must be of that key; without it a chain that was rewritten *and* re-sealed
 * under a new key would pass, so callers show which key it was. With `incident` the trace must be of that one.
 */
export const verifyTrace = (
  lines: Iterable<string | undefined>,
  pinnedKey?: string,
  incident?: string,
): ChainVerdict => {
  let last: TraceEvent | undefined;
  let index = 0;
  for (const line of lines) {
    if (line === undefined) return broken(index, 'this line is not UTF-8');
    const event = parseJson(line);
    if (!isTraceEvent(event)) return broken(index, 'this line is not a trace event');
    if (incident !== undefined && event.incident !== incident)
      return broken(index, `it belongs to incident ${event.incident}, not to ${incident}`);
    if (!isCanonical(event, line)) return broken(index, 'this line is not in canonical form');
    const fault = linkFault(event, hashOfLine(line, event), last);
    if (fault !== undefined) return broken(index, fault);
    last = event;
    index += 1;
  }
  if (last === undefined) return broken(0, 'there are no events');
  if (!isKind(last, 'trace.sealed'))
    return broken(last.seq, 'no seal follows: the incident is still open, or the tail was cut');
  const fault = sealFault(last, pinnedKey);
  if (fault !== undefined) return broken(last.seq, fault);
  return { sound: true, incident: last.incident, events: index, keyFingerprint: keyFingerprint(last.data.publicKey) };
};
