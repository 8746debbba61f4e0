/** Text for a table cell: one line, bars escaped. */
const cell = (text: string): string =>
  text
    .replaceAll(/\s*\n\s*/g, ' ')
    .replaceAll('|', '\\|')
    .trim();

/** A Markdown table. */
export const table = (heads: readonly string[], rows: readonly (readonly string[])[]): string =>
  [heads, heads.map(() => '---'), ...rows.map((row) => row.map(cell))]
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n');

/** Text as code. */
export const code = (text: string): string => `\`${text}\``;

/** Several texts as code, or a dash if there are none. */
export const codes = (texts: readonly string[]): string => texts.map(code).join(', ') || '–';

/** A generated page: its title, its source, and its parts. */
export const markdownPage = (title: string, source: string, parts: readonly string[]): string =>
  [`# ${title}`, `<!-- Generated from ${source}. Do not edit; run: npm run docs -->`, ...parts].join('\n\n') + '\n';
