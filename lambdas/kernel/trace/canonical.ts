import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { contractBroken } from '../../contracts/errors.ts';

/** RFC 8785 canonical JSON: one form per value, so that equal values have equal hashes. */
export const canonical = (value: unknown): string => {
  const text = canonicalize(value);
  if (text === undefined) throw contractBroken('A value without a JSON form cannot be hashed.');
  return text;
};

/** Lower-case hex SHA-256 over a text's UTF-8 bytes. */
export const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

/** `sha256:<hex>` over canonical JSON: plan digests, fingerprints, rules hashes. */
export const digestOf = (value: unknown): string => `sha256:${sha256(canonical(value))}`;
