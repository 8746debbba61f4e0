import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { commandBlocks, isExempt, tableRows } from './blocks.ts';
import { NOT_RUN } from './deploy-guide.ts';

const PAGE = `# Deploying

\`\`\`bash
npm ci
\`\`\`

## Deploy

1. Look:

   \`\`\`bash
   # a comment, no heading
   out() { aws one \\
     --two; }
   \`\`\`

\`\`\`ts
const notShell = 1;
\`\`\`

## Not run

| block | why not |
|---|---|
| \`npm ci\` | it needs a registry |
| Deploy | it needs an account |

## After
`;

describe('the command blocks of a page', () => {
  test('are all its blocks of shell commands, unchanged, with their headings', () => {
    expect(commandBlocks(PAGE)).toEqual([
      { section: 'Deploying', line: 4, text: 'npm ci' },
      { section: 'Deploy', line: 12, text: '# a comment, no heading\nout() { aws one \\\n  --two; }' },
    ]);
  });

  test('are exempt by their first line or by their section, and by nothing else', () => {
    const exemptions = tableRows(PAGE, 'Not run');
    expect([...exemptions]).toEqual([
      ['npm ci', 'it needs a registry'],
      ['Deploy', 'it needs an account'],
    ]);
    expect(commandBlocks(PAGE).map((block) => isExempt(block, exemptions))).toEqual([true, true]);
    expect(isExempt({ section: 'Upgrade', line: 1, text: 'npm ci && rm -r /' }, exemptions)).toBe(false);
  });
});

describe('docs/deploy.md', () => {
  const read = (name: string): string => readFileSync(join(import.meta.dirname, '../../docs', name), 'utf8');
  const blocks = commandBlocks(read('deploy.md'));
  const exemptions = tableRows(read('e2e.md'), NOT_RUN);

  test('every exemption is for a block that exists', () => {
    const unused = [...exemptions.keys()].filter(
      (key) => !blocks.some((block) => isExempt(block, new Map([[key, '']]))),
    );
    expect(exemptions.size).toBeGreaterThan(0);
    expect(unused).toEqual([]);
  });

  test('most blocks are run', () => {
    expect(blocks.filter((block) => !isExempt(block, exemptions)).length).toBeGreaterThan(blocks.length / 2);
  });
});
