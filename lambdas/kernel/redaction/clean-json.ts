import { JSON_DEPTH, type Json } from '../../contracts/json.ts';

/** A JSON value that can be recorded, and what had to be changed for that, in sentences. */
export interface CleanJson {
  readonly value: Json;
  readonly cleaned: readonly string[];
}

/**
 * Bytes of texts and numbers in an event that are recorded. An item of the ledger holds 400 KB, and a name may be in it four times:
 * in the detail, the alarm, its ARN and the deduplication key. Real events have fewer than 20,000.
 */
export const EVENT_BYTES = 90_000;
/** Of what was changed, so much is listed. */
const LISTED = 20;
const PATH_LENGTH = 120;
const HALF_CHARACTER = 'half a character (a lone surrogate) became U+FFFD';

const LEFT_OUT = {
  deep: `[left out: deeper than ${JSON_DEPTH} levels]`,
  long: '[left out: the event is too long]',
} as const;

/** What stands in place of everything below the last level. */
export const TOO_DEEP = LEFT_OUT.deep;
/** What stands in place of a text that did not fit. */
export const TOO_LONG = LEFT_OUT.long;

interface Cleaning {
  readonly note: (path: string, what: string) => void;
  /** Takes the bytes of a text off what is left, and says whether they fitted. */
  readonly fits: (text: string) => boolean;
}

/**
 * Makes JSON from outside recordable and bounds it: half a surrogate pair becomes U+FFFD, infinity the largest number, what
 * is too deep or (with `bytes`) too long is left out whole, so that no part of a secret remains. It says what it changed.
 */
export const cleanJson = (value: unknown, bytes = Infinity): CleanJson => {
  const notes: string[] = [];
  let left = bytes;
  const cleaning: Cleaning = {
    note: (path, what) => void notes.push(`${path.slice(0, PATH_LENGTH) || 'the whole'}: ${what}`),
    fits: (text) => {
      const size = Buffer.byteLength(JSON.stringify(text));
      if (size > left) return false;
      left -= size;
      return true;
    },
  };
  const clean = cleanValue(value, '', 0, cleaning);
  const more = notes.length - LISTED;
  return { value: clean, cleaned: more > 0 ? [...notes.slice(0, LISTED), `${more} more places`] : notes };
};

const cleanValue = (value: unknown, path: string, depth: number, cleaning: Cleaning): Json => {
  switch (typeof value) {
    case 'string':
      return cleanText(value, path, cleaning);
    case 'number':
      return cleanNumber(value, path, cleaning);
    case 'boolean':
      return value;
    case 'object':
      return value === null ? null : cleanBranch(value, path, depth, cleaning);
    default:
      return null;
  }
};

const cleanBranch = (value: object, path: string, depth: number, cleaning: Cleaning): Json => {
  if (depth >= JSON_DEPTH) {
    cleaning.note(path, `what is deeper than ${JSON_DEPTH} levels was left out`);
    return LEFT_OUT.deep;
  }
  if (Array.isArray(value))
    return value.map((one, index) => cleanValue(one, joined(path, String(index)), depth + 1, cleaning));
  const fields = new Map<string, Json>();
  const nameOf = namesFor(fields);
  for (const [key, one] of Object.entries(value)) {
    if (one === undefined) continue;
    const name = nameOf(key.toWellFormed());
    const at = joined(path, name);
    if (!cleaning.fits(name)) {
      // Markers in place of names would be thousands of fields that say nothing.
      cleaning.note(at, 'a field was left out with its name, because the event is too long');
      continue;
    }
    if (!key.isWellFormed()) cleaning.note(at, HALF_CHARACTER);
    fields.set(name, cleanValue(one, at, depth + 1, cleaning));
  }
  return Object.fromEntries(fields);
};

/** Two names that differ only in what was cleaned are two fields: `name`, `name'`, `name'2`. */
const namesFor = (taken: ReadonlyMap<string, unknown>): ((name: string) => string) => {
  const copies = new Map<string, number>();
  return (name) => {
    let free = name;
    // It goes on where it stopped, since ten thousand names may be the same once they are cleaned.
    for (let copy = copies.get(name) ?? 0; taken.has(free); copy += 1) {
      free = copy === 0 ? `${name}'` : `${name}'${copy + 1}`;
      copies.set(name, copy);
    }
    return free;
  };
};

const joined = (path: string, key: string): string =>
  path === '' ? key.slice(0, PATH_LENGTH) : `${path}.${key}`.slice(0, PATH_LENGTH);

const cleanText = (text: string, path: string, { note, fits }: Cleaning): string => {
  if (!fits(text)) {
    note(path, `a text of ${text.length} characters was left out, because the event is too long`);
    // The words must not be longer than what they stand for: an event may have fifty thousand short texts.
    return text.length < LEFT_OUT.long.length ? '' : LEFT_OUT.long;
  }
  if (text.isWellFormed()) return text;
  note(path, HALF_CHARACTER);
  return text.toWellFormed();
};

/** A number may be longer when it is recorded than it came: 1e20 has 21 digits. */
const cleanNumber = (value: number, path: string, { note, fits }: Cleaning): Json => {
  if (!fits(String(value))) {
    note(path, 'a number was left out, because the event is too long');
    return null;
  }
  if (Number.isFinite(value)) return value;
  note(path, 'a number that no JSON can hold was bounded');
  if (Number.isNaN(value)) return 0;
  return value > 0 ? Number.MAX_VALUE : -Number.MAX_VALUE;
};
