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

const SUSPICIOUS: readonly { readonly name: string; readonly pattern: RegExp }[] = [
  {
    name: 'asks to ignore instructions',
    pattern:
      /\b(ignore|disregard|forget)\b.{0,40}\b(previous|prior|above|all|your)\b.{0,40}\b(instructions?|rules?|prompts?|polic(y|ies))\b/isu,
  },
  { name: 'gives the reader a new role', pattern: /\byou are (now|no longer)\b/iu },
  { name: 'asks for the system prompt', pattern: /\b(system prompt|initial instructions)\b/iu },
  {
    name: 'speaks to an AI',
    pattern: /\b(dear|attention|note to|hey)\b.{0,20}\b(ai|llm|assistant|agent|claude|model)\b/iu,
  },
  {
    name: 'claims an approval',
    pattern: /\b(pre-?approved|already approved|approval (is )?(granted|not (needed|required)))\b/iu,
  },
  { name: 'imitates a tool result or turn', pattern: /<\/?(tool_result|function_results|system|assistant|human)\b/iu },
];

/** Names of the injection patterns that a text matches. A flag for people, not a defence. */
export const suspicionsIn = (text: string): string[] =>
  SUSPICIOUS.filter(({ pattern }) => pattern.test(text)).map(({ name }) => name);
