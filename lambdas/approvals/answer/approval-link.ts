import * as z from 'zod';
import { parseJson } from '../../contracts/json.ts';
import { canonical } from '../../kernel/trace/canonical.ts';
import type { MacGenerator, MacVerifier } from '../../contracts/ports.ts';

/**
 * The claims of a link: which question, and to whom it was sent. It holds no task token and grants nothing by
 * itself: opening it shows a page.
 */
const ApprovalLink = z.strictObject({ approvalId: z.string(), approver: z.string(), expiresAt: z.string() });
export type ApprovalLink = z.infer<typeof ApprovalLink>;

const signedBytes = (link: ApprovalLink): Uint8Array => Buffer.from(`checkrein/link/v1\n${canonical(link)}`);

/** Signs a link: `<base64url of its JSON>.<base64url of its MAC>`. */
export const signLink = async (mac: MacGenerator, link: ApprovalLink): Promise<string> => {
  const signature = Buffer.from(await mac.generate(signedBytes(link)), 'base64');
  return `${Buffer.from(canonical(link)).toString('base64url')}.${signature.toString('base64url')}`;
};

/** Why a link is invalid, and what its holder can do about it. An expired link is genuine, so it names its question. */
export type LinkFault =
  | { readonly fault: 'forged'; readonly message: string }
  | { readonly fault: 'expired'; readonly message: string; readonly link: ApprovalLink };
const forged: LinkFault = {
  fault: 'forged',
  message: 'This link is not genuine, or your mail program cut it off. Use the link from the message as it is.',
};
const expired = (link: ApprovalLink): LinkFault => ({
  fault: 'expired',
  link,
  message: `This link expired at ${link.expiresAt} and no longer works. A request that nobody answered in time counts as no.`,
});

/** Verifies a link. Any changed bit makes it "not genuine"; the answer does not reveal which. */
export const readLink = async (
  mac: MacVerifier,
  token: string,
  now: Date,
): Promise<{ link: ApprovalLink } | LinkFault> => {
  const [body, signature, ...rest] = token.split('.');
  if (body === undefined || signature === undefined || rest.length > 0) return forged;
  const link = ApprovalLink.safeParse(parseJson(Buffer.from(body, 'base64url').toString('utf8')));
  // Only one encoding is accepted, so what was signed is exactly what was sent.
  if (!link.success || Buffer.from(canonical(link.data)).toString('base64url') !== body) return forged;
  if (Buffer.from(signature, 'base64url').toString('base64url') !== signature) return forged;
  if (!(await mac.verify(signedBytes(link.data), Buffer.from(signature, 'base64url').toString('base64'))))
    return forged;
  if (!(Date.parse(link.data.expiresAt) > now.getTime())) return expired(link.data);
  return { link: link.data };
};
