import type { Moment } from '../../contracts/moment.ts';
import type { Publish } from '../../contracts/ports.ts';
import type { Channel } from './channel.ts';
import { messagesToPeople, noticeOfAll } from './digest.ts';
import { withoutChange, type Notice } from './notice.ts';

/** Characters of a title and of a description that every chat shows without cutting. */
const TITLE = 250;
const DESCRIPTION = 3500;
/** Characters that requests leave to the other moments of a digest. */
const OF_OTHERS = 800;

/** Amazon Q Developer in chat applications: a custom notification, in one thread an incident. */
export const chatChannel = (publish: Publish): Channel => ({
  messagesOf: messagesToPeople(fitsChat),
  send: async (moments) => {
    await publish(JSON.stringify(customNotification(moments)));
    return { kind: 'sent' };
  },
});

/** What Amazon Q Developer takes. Its buttons for actions are off: nothing is decided in a channel. */
const customNotification = (moments: readonly Moment[]) => {
  const notice = noticeOfAll(moments);
  const [first] = moments;
  const digest = moments.length > 1;
  return {
    version: '1.0',
    source: 'custom',
    id: digest ? `several-${first?.id ?? ''}` : first?.id,
    content: {
      textType: 'client-markdown',
      title: inChat(notice.title).slice(0, TITLE),
      description: descriptionOf(notice),
    },
    metadata: {
      threadId: digest ? 'checkrein-digest' : first?.incidentId,
      summary: inChat(notice.says).slice(0, TITLE),
      eventType: digest ? 'digest' : first?.moment,
      enableCustomActions: false,
    },
  };
};

/** Whether a digest of requests is shown whole, with room for what else is told in it. */
const fitsChat = (notice: Notice): boolean => lengthOf(linesOf(notice)) <= DESCRIPTION - OF_OTHERS;

const descriptionOf = (notice: Notice): string => {
  const whole = linesOf(notice);
  const fitting = lengthOf(whole) <= DESCRIPTION ? whole : linesOf(withoutChange(notice));
  return (lengthOf(fitting) <= DESCRIPTION ? fitting : clipped(fitting)).map(({ text }) => text).join('\n');
};

/** Lines up to the first that does not fit, and every link: a request without its link asks for nothing. */
const clipped = (lines: readonly Line[]): Line[] => {
  let room = DESCRIPTION - lengthOf([...lines.filter(({ isLink }) => isLink), REST]);
  const kept = lines.filter((line) => line.isLink || (room -= lengthOf([line])) >= 0);
  return [...kept, REST];
};

interface Line {
  readonly text: string;
  readonly isLink: boolean;
}

const REST: Line = { text: '… The rest is on the page and on the trace.', isLink: false };

const lengthOf = (lines: readonly Line[]): number => lines.reduce((sum, { text }) => sum + text.length + 1, 0);

const linesOf = ({ says, parts }: Notice): Line[] => [
  { text: inChat(says), isLink: false },
  ...parts.flatMap((part) =>
    part.kind === 'link'
      ? [{ text: `${part.text}: ${part.url}`, isLink: true }]
      : ['', ...part.lines.map(inChat)].map((text) => ({ text, isLink: false })),
  ),
];

/**
 * Text in which no sign has a meaning, in the Markdown of Slack or of Teams. Slack has no way to escape a sign of its own, so each
 * becomes the letter that looks the same. What could be a mention or a tag is escaped in HTML, which both show as it was.
 */
const inChat = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/@(?=(?:channel|here|everyone|all|group)\b)/gi, '＠')
    .replace(/[*~`[\]|\\]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, (sign) => LOOK_ALIKE[sign] ?? sign)
    .replace(/^([#>+=-])/, '\u00A0$1');

const LOOK_ALIKE: Readonly<Record<string, string>> = {
  '*': '∗',
  _: 'ˍ',
  '~': '∼',
  '`': 'ˋ',
  '[': '［',
  ']': '］',
  '|': '∣',
  '\\': '∖',
};
