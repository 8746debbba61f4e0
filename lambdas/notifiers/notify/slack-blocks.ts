import { withoutChange, type Notice, type Part } from './notice.ts';

/** Slack's limits: blocks of a message, characters of a header and of a section, of which some are kept free. */
const MOST_BLOCKS = 50;
/** Blocks that requests leave to the other moments of a digest. */
const BLOCKS_OF_OTHERS = 6;
const HEADER = 150;
const SECTION = 2900;
/** Characters of a whole message. People read that much in a channel; Slack takes more. */
const MESSAGE = 12_000;

/** What a webhook takes. */
interface SlackMessage {
  readonly text: string;
  readonly blocks?: readonly object[];
  readonly unfurl_links: false;
  readonly unfurl_media: false;
  readonly link_names: false;
  readonly parse: 'none';
}

/**
 * A message of blocks. Words from outside stand in blocks of plain text, where Slack makes no mention, link, emoji or style of them. Only
 * our own link is `mrkdwn`.
 */
export const slackMessage = (notice: Notice): SlackMessage => {
  const whole = blocksOf(notice);
  const fits = whole.length <= MOST_BLOCKS && JSON.stringify(whole).length <= MESSAGE;
  return {
    ...plainMessage(notice),
    blocks: fits ? whole : blocksOf(withoutChange(notice)).slice(0, MOST_BLOCKS),
  };
};

/** Whether a digest of requests is shown whole, with room for what else is told in it. */
export const fitsSlack = (notice: Notice): boolean => blocksOf(notice).length <= MOST_BLOCKS - BLOCKS_OF_OTHERS;

/** The same as text alone, if Slack refuses the blocks: what it is about, and the links. */
export const fallbackMessage = (notice: Notice): SlackMessage => {
  const links = notice.parts.flatMap((part) => (part.kind === 'link' ? [linkOf(part)] : []));
  return { ...plainMessage(notice), text: [escaped(notice.says), ...links].join('\n') };
};

const plainMessage = ({ says }: Notice): SlackMessage => ({
  // What a notification on a phone shows. Slack reads it as mrkdwn.
  text: escaped(says).slice(0, SECTION),
  unfurl_links: false,
  unfurl_media: false,
  link_names: false,
  parse: 'none',
});

const blocksOf = ({ title, says, parts }: Notice): object[] => [
  { type: 'header', text: plainText(title.slice(0, HEADER)) },
  ...sectionsOf([says]),
  ...parts.flatMap(blocksOfPart),
];

const blocksOfPart = (part: Part): object[] => {
  if (part.kind === 'link') return [{ type: 'section', text: { type: 'mrkdwn', text: linkOf(part), verbatim: true } }];
  return part.kind === 'change'
    ? [{ type: 'divider' }, ...sectionsOf(part.lines), { type: 'divider' }]
    : sectionsOf(part.lines);
};

const plainText = (text: string) => ({ type: 'plain_text', text: text === '' ? '–' : text, emoji: false });

/** Sections of as many lines as fit. A line that is longer than a section goes on in the next. */
const sectionsOf = (lines: readonly string[]): object[] => {
  const texts: string[] = [];
  for (const line of lines.flatMap(inPieces)) {
    const last = texts.at(-1);
    if (last !== undefined && last.length + 1 + line.length <= SECTION) texts[texts.length - 1] = `${last}\n${line}`;
    else texts.push(line);
  }
  return texts.map((text) => ({ type: 'section', text: plainText(text) }));
};

const inPieces = (line: string): string[] =>
  line === '' ? [' '] : [...line.matchAll(new RegExp(`[^]{1,${SECTION}}`, 'gu'))].map(([piece]) => piece);

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** A link in mrkdwn. The URL is ours; these signs would end it. */
const linkOf = ({ text, url }: { readonly text: string; readonly url: string }): string =>
  `<${escaped(url.replaceAll('|', '%7C').replaceAll('<', '%3C').replaceAll('>', '%3E'))}|${escaped(text)}>`;
