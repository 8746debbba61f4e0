import type { Json } from '../../contracts/json.ts';
import { keyedPlaceholders, type KeyPorts, type PlaceholderOf } from './placeholders.ts';
import { personalData } from './personal-data.ts';
import { shapedTokens } from './token-shapes.ts';
import { commandSecrets } from './commands.ts';
import { basicLogin, encodedSecrets, kubernetesSecrets } from './encoded-secrets.ts';
import { holdsSecret, namedSecrets } from './named-secrets.ts';
import { privateKeys } from './private-keys.ts';
import { spansIn, type Detector } from './spans.ts';
import { cutOf, EVIDENCE_LIMIT, leftOut } from './untrusted.ts';
import { vendorTokens } from './vendor-tokens.ts';

/**
 * Secrets and personal data are removed from everything that comes from outside before it is recorded, and so
 * before the model, an approver or an auditor reads it. Reasons and limits: docs/decisions/0012-redaction.md.
 */

/** All rules, the most specific first. */
const PLAIN: readonly Detector[] = [shapedTokens, ...privateKeys, ...vendorTokens, ...namedSecrets];
const DETECTORS: readonly Detector[] = [
  ...PLAIN,
  ...commandSecrets,
  basicLogin,
  kubernetesSecrets,
  encodedSecrets(PLAIN),
  ...personalData,
];

/**
 * Characters searched beyond a cut, on both sides, so that a secret across the cut is still recognized: longer
 * than any secret of a known shape. It also bounds the work for long texts.
 */
const MARGIN = 12_000;

/** A redacted text. */
export interface Redacted {
  readonly text: string;
  readonly redactions: number;
  readonly clipped: boolean;
  /** A rule failed, so nothing of the text is shown; `text` says so. */
  readonly withheld: boolean;
}

/** Redacts the texts of one incident. The same secret gets the same placeholder in all of them. */
export interface Redactor {
  /** Clipped as well: head and tail are kept. */
  readonly text: (text: string) => Redacted;
  /** Texts, numbers and names of fields at any depth; a field with the name of a secret loses its value. */
  readonly json: (value: Json) => Json;
}

/** The redactor of an incident: the same placeholders in every step and retry. */
export const redactorOf = async (
  ports: KeyPorts,
  incidentId: string,
  detectors: readonly Detector[] = DETECTORS,
): Promise<Redactor> => {
  const name = await keyedPlaceholders(ports, incidentId);
  return {
    text: (text) => redact(text, name, EVIDENCE_LIMIT, detectors),
    json: (value) => redactJson(value, '', name, detectors),
  };
};

/**
 * Redacts a text that quotes somebody else, such as an error of AWS. Its placeholders name only the kind of
 * secret, so they need no key of an incident.
 */
export const redactedText = (text: string): string => redact(text, unkeyed, EVIDENCE_LIMIT, DETECTORS).text;

/** The same for an event that does not become an incident. */
export const redactedJson = (value: Json): Json => redactJson(value, '', unkeyed, DETECTORS);

const unkeyed: PlaceholderOf = (kind) => `[${kind}]`;

const redact = (text: string, name: PlaceholderOf, limit: number, detectors: readonly Detector[]): Redacted => {
  try {
    if (text.length <= limit)
      return { ...redactPart(text, 0, text.length, name, detectors), clipped: false, withheld: false };
    const { head, tail } = cutOf(text.length, limit);
    const first = redactPart(text, 0, head, name, detectors);
    const last = redactPart(text, tail, text.length, name, detectors);
    return {
      text: first.text + leftOut(tail - head) + last.text,
      redactions: first.redactions + last.redactions,
      clipped: true,
      withheld: false,
    };
  } catch (error) {
    const why = error instanceof Error ? error.name : 'unknown error';
    return {
      text: `[withheld: this text could not be searched for secrets (${why}), so none of it is shown]`,
      redactions: 1,
      clipped: false,
      withheld: true,
    };
  }
};

/** The part of a text from `from` to `to`. A secret across its edges is replaced as a whole. */
const redactPart = (
  text: string,
  from: number,
  to: number,
  name: PlaceholderOf,
  detectors: readonly Detector[],
): Pick<Redacted, 'text' | 'redactions'> => {
  const offset = Math.max(0, from - MARGIN);
  const spans = spansIn(text.slice(offset, to + MARGIN), detectors)
    .map(({ start, end, kind }) => ({ kind, start: start + offset, end: end + offset }))
    .filter(({ start, end }) => start < to && end > from);
  let shown = '';
  let at = from;
  for (const { start, end, kind } of spans) {
    shown += text.slice(at, start) + name(kind, text.slice(start, end));
    at = end;
  }
  return { text: shown + text.slice(at, Math.max(at, to)), redactions: spans.length };
};

const redactJson = (value: Json, field: string, name: PlaceholderOf, detectors: readonly Detector[]): Json => {
  const redactedPart = (text: string): string => redact(text, name, Infinity, detectors).text;
  if (Array.isArray(value)) return value.map((element) => redactJson(element, field, name, detectors));
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [redactedPart(key), redactJson(inner, key, name, detectors)]),
    );
  if (typeof value !== 'string' && typeof value !== 'number') return value;
  const text = String(value);
  const shown = holdsSecret(field, text) ? name('secret:named', text) : redactedPart(text);
  return shown === text ? value : shown;
};
