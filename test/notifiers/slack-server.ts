import * as z from 'zod';
import { parseJson } from '../../lambdas/contracts/json.ts';
import { Receiver, type Received, type ReceiverAnswer } from './receiver.ts';

/** The URL of a webhook, as Slack makes it. */
export const SLACK_URL = `https://hooks.slack.com/services/T${'0'.repeat(8)}/B${'0'.repeat(8)}/${'x'.repeat(24)}`;

const plainText = (most: number) =>
  z.strictObject({ type: z.literal('plain_text'), text: z.string().min(1).max(most), emoji: z.boolean().optional() });
const mrkdwn = (most: number) =>
  z.strictObject({ type: z.literal('mrkdwn'), text: z.string().min(1).max(most), verbatim: z.boolean().optional() });

const Block = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('header'), text: plainText(150) }),
  z.strictObject({ type: z.literal('section'), text: z.discriminatedUnion('type', [plainText(3000), mrkdwn(3000)]) }),
  z.strictObject({ type: z.literal('divider') }),
]);
export type SlackBlock = z.infer<typeof Block>;

const Message = z.strictObject({
  text: z.string().max(40_000),
  blocks: z.array(z.unknown()).optional(),
  unfurl_links: z.boolean().optional(),
  unfurl_media: z.boolean().optional(),
  link_names: z.boolean().optional(),
  parse: z.string().optional(),
});
const Blocks = z.array(Block).max(50);

/** A message that Slack took. */
export interface Posted {
  readonly text: string;
  readonly blocks: readonly SlackBlock[];
}

/** An incoming webhook of Slack: takes a message within the limits of Block Kit, and answers `ok` or one word for what is wrong. */
export class SlackServer extends Receiver {
  readonly posted: Posted[] = [];

  protected override answer({ method, path, headers, body }: Received): ReceiverAnswer {
    if (method !== 'POST' || !/^\/services\/T\w+\/B\w+\/\w{24}$/.test(path)) return { status: 404, body: 'no_service' };
    if (headers['content-type'] !== 'application/json') return { status: 400, body: 'invalid_payload' };
    const message = Message.safeParse(parseJson(body));
    if (!message.success) return { status: 400, body: 'invalid_payload' };
    const { text, blocks: given } = message.data;
    if (text === '' && given === undefined) return { status: 400, body: 'no_text' };
    const blocks = Blocks.safeParse(given ?? []);
    if (!blocks.success) return { status: 400, body: 'invalid_blocks' };
    this.posted.push({ text, blocks: blocks.data });
    return { status: 200, body: 'ok' };
  }
}

/** Everything that a message says, a line each. */
export const wordsOf = ({ blocks }: Posted): string =>
  blocks.map((block) => (block.type === 'divider' ? '---' : block.text.text)).join('\n');

const inHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('\n', '<br>');

/** Slack reads `<…>` as links and mentions, `*…*` as bold, `~…~` as struck through, and `&lt;` as a sign. */
const mrkdwnInHtml = (text: string): string =>
  text
    .replace(/<!(channel|here|everyone)[^>]*>/g, '<mark>@$1</mark>')
    .replace(/<(https?:[^|>]+)\|([^>]+)>/g, '<a href="$1">$2</a>')
    .replace(/(^|\s)\*([^*\n]+)\*/g, '$1<b>$2</b>')
    .replace(/(^|\s)~([^~\n]+)~/g, '$1<s>$2</s>')
    .replaceAll('\n', '<br>');

const STYLE =
  'body{font:15px/1.46 sans-serif;width:600px;margin:16px;overflow-wrap:anywhere}h1{font-size:18px}p{margin:6px 0}';

/** How Slack shows blocks, simply. */
export const slackInHtml = (blocks: readonly SlackBlock[]): string => {
  const shown = blocks.map((block) => {
    if (block.type === 'divider') return '<hr>';
    if (block.type === 'header') return `<h1>${inHtml(block.text.text)}</h1>`;
    return `<p>${block.text.type === 'plain_text' ? inHtml(block.text.text) : mrkdwnInHtml(block.text.text)}</p>`;
  });
  return `<!doctype html><meta charset="utf-8"><style>${STYLE}</style>${shown.join('')}`;
};
