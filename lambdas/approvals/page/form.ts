import { REASON_LIMIT } from './decision.ts';
import type { PageRequest } from './responses.ts';

/** Bytes of a form: a link, and the longest reason in any alphabet, percent-encoded. */
export const BODY_LIMIT = 16_384;

/** The fields of a posted form, or the status and the reason why it is refused. */
export type PostedForm =
  { readonly fields: Readonly<Record<string, string>> } | { readonly statusCode: number; readonly message: string };

/**
 * Reads a posted form. A field sent twice makes it ambiguous, so it is refused. Browsers send line ends as CRLF.
 *
 * A browser says which site a form was sent from. Another site could post it with the cookies of the team's proxy, so that
 * the proxy signs it for a person who never saw it.
 */
export const readForm = ({ headers, body }: Pick<PageRequest, 'headers' | 'body'>): PostedForm => {
  if (Buffer.byteLength(body) > BODY_LIMIT)
    return { statusCode: 413, message: `A reason may have ${REASON_LIMIT} characters. Go back and shorten it.` };
  const site = headers['sec-fetch-site'] ?? 'same-origin';
  if (site !== 'same-origin' && site !== 'none')
    return { statusCode: 403, message: 'This was sent by another site. Open the link from your message yourself.' };
  const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/x-www-form-urlencoded')
    return { statusCode: 415, message: 'Answer with the form on the approval page.' };
  const fields = [...new URLSearchParams(body)];
  if (new Set(fields.map(([name]) => name)).size !== fields.length)
    return { statusCode: 400, message: 'A field of the form was sent twice. Open the link from your message again.' };
  return { fields: Object.fromEntries(fields.map(([name, value]) => [name, value.replaceAll('\r\n', '\n')])) };
};
