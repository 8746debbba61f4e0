/** A block of shell commands on a Markdown page. */
export interface CommandBlock {
  /** The heading above it. */
  readonly section: string;
  readonly line: number;
  readonly text: string;
}

const FENCE = /^( *)```bash$/;
const HEADING = /^#+ (.+)$/;

/** The blocks of shell commands of a Markdown page, in order. */
export const commandBlocks = (page: string): CommandBlock[] => {
  const lines = page.split('\n');
  const blocks: CommandBlock[] = [];
  let section = '';
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    const indent = FENCE.exec(line)?.[1];
    if (indent === undefined) {
      section = HEADING.exec(line)?.[1] ?? section;
      continue;
    }
    const end = lines.indexOf(`${indent}\`\`\``, at);
    const text = lines.slice(at + 1, end).map((one) => one.slice(indent.length));
    blocks.push({ section, line: at + 2, text: text.join('\n') });
    at = end;
  }
  return blocks;
};

/** The rows of the table under a heading, by their first cell without backticks. */
export const tableRows = (page: string, heading: string): ReadonlyMap<string, string> => {
  const from = page.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  const rows = from.matchAll(/^\| (.+?) \| (.+?) \|$/gm);
  return new Map([...rows].slice(1).map(([, first = '', second = '']) => [first.replaceAll('`', ''), second]));
};

/** Whether a table exempts a block, by its first line or by its section. */
export const isExempt = ({ section, text }: CommandBlock, exemptions: ReadonlyMap<string, string>): boolean =>
  exemptions.has(section) || exemptions.has(text.split('\n')[0] ?? '');
