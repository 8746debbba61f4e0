import { sha256 } from '../trace/canonical.ts';

/**
 * Untrusted text from outside: tool results, logs, tags. The defence against its content is the kernel (text
 * can never widen what is granted); clipping and fencing only keep it readable and delimited.
 */

/** Characters of one piece of evidence, about 6,000 tokens: a page of logs, not a dump. */
export const EVIDENCE_LIMIT = 24_000;

/** Where to cut the middle out of a long text. Head and tail matter most. */
export const cutOf = (length: number, limit: number): { head: number; tail: number } => {
  const tail = Math.floor(limit / 4);
  return { head: limit - tail, tail: length - tail };
};

/** The mark where a text was cut. */
export const leftOut = (characters: number): string => `\n[… ${characters} characters left out …]\n`;

/** Cuts the middle out of a long text and says how much is missing. */
export const clip = (text: string, limit: number): string => {
  if (text.length <= limit) return text;
  const { head, tail } = cutOf(text.length, limit);
  return `${text.slice(0, head)}${leftOut(tail - head)}${text.slice(tail)}`;
};

/**
 * The delimiter around evidence. It is derived from the incident's opening hash, which the writer of a log
 * line cannot know, so no text can close its own fence.
 */
export const fenceOf = (openingHash: string): string =>
  `evidence-${sha256(`checkrein/fence/v1\n${openingHash}`).slice(0, 16)}`;

/** Fences a text. If the delimiter occurs in the text, it is removed there. */
export const fenced = (fence: string, handle: string, tool: string, text: string): string =>
  `<${fence} handle="${handle}" tool="${tool}">\n${text.replaceAll(fence, '[fence removed]')}\n</${fence}>`;
