import { hash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { contractBroken } from '../../contracts/errors.ts';

/** RFC 8785 canonical JSON: one form per value, so that equal values have equal hashes. */
export const canonical = (value: unknown): string => {
  const text = isInOrder(value, MOST_LEVELS) ? JSON.stringify(value) : canonicalized(value);
  if (text === undefined) throw contractBroken('A value without a JSON form cannot be hashed.');
  return text;
};

/** Deeper values are left to the library, and values that contain themselves with them. */
const MOST_LEVELS = 200;

/**
 * Whether `JSON.stringify` writes the canonical form of a value: nothing but plain JSON, and the fields of every object in order.
 * An event that was read from its line is like that, and is written several times faster so.
 */
const isInOrder = (value: unknown, levels: number): boolean => {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || value === null) return value === null || typeof value === 'boolean';
  if (levels === 0) return false;
  if (Array.isArray(value)) return isListInOrder(value, levels - 1);
  if (Object.getPrototypeOf(value) !== Object.prototype) return false;
  let before: string | undefined;
  for (const [field, one] of Object.entries(value)) {
    if ((before !== undefined && field < before) || !field.isWellFormed() || !isInOrder(one, levels - 1)) return false;
    before = field;
  }
  return true;
};

/** A list with holes is not. */
const isListInOrder = (list: readonly unknown[], levels: number): boolean => {
  for (const one of list) if (!isInOrder(one, levels)) return false;
  return true;
};

/** A lone half of a character, infinity or endless nesting has no canonical form. */
const canonicalized = (value: unknown): string | undefined => {
  try {
    return canonicalize(value);
  } catch (cause) {
    throw contractBroken(
      `A value cannot be hashed: ${cause instanceof Error ? cause.message : 'unknown error'}.`,
      cause,
    );
  }
};

/** Lower-case hex SHA-256 over a text's UTF-8 bytes. */
export const sha256 = (text: string): string => hash('sha256', text, 'hex');

/** `sha256:<hex>` over canonical JSON: plan digests, fingerprints, rules hashes. */
export const digestOf = (value: unknown): string => `sha256:${sha256(canonical(value))}`;
