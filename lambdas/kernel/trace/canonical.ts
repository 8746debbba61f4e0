import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { contractBroken } from '../../contracts/errors.ts';

/** RFC 8785 canonical JSON: one form per value, so that equal values have equal hashes. */
export const canonical = (value: unknown): string => {
  const text = canonicalized(value);
  if (text === undefined) throw contractBroken('A value without a JSON form cannot be hashed.');
  return text;
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
export const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

/** `sha256:<hex>` over canonical JSON: plan digests, fingerprints, rules hashes. */
export const digestOf = (value: unknown): string => `sha256:${sha256(canonical(value))}`;
