import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { blocksIn, isExcused, rowsUnder } from './blocks.ts';
import { NOT_RUN } from './reader.ts';

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

describe('what a page tells its reader to type', () => {
  test('is every block of shell commands, under its heading, as it stands', () => {
    expect(blocksIn(PAGE)).toEqual([
      { section: 'Deploying', line: 4, text: 'npm ci' },
      { section: 'Deploy', line: 12, text: '# a comment, no heading\nout() { aws one \\\n  --two; }' },
    ]);
  });

  test('is excused by its first line or by its section, and by nothing else', () => {
    const excuses = rowsUnder(PAGE, 'Not run');
    expect([...excuses]).toEqual([
      ['npm ci', 'it needs a registry'],
      ['Deploy', 'it needs an account'],
    ]);
    expect(blocksIn(PAGE).map((block) => isExcused(block, excuses))).toEqual([true, true]);
    expect(isExcused({ section: 'Upgrade', line: 1, text: 'npm ci && rm -r /' }, excuses)).toBe(false);
  });
});

describe('docs/deploy.md', () => {
  const read = (name: string): string => readFileSync(join(import.meta.dirname, '../../docs', name), 'utf8');
  const blocks = blocksIn(read('deploy.md'));
  const excuses = rowsUnder(read('e2e.md'), NOT_RUN);

  test('no excuse is left over for a block that is gone', () => {
    const left = [...excuses.keys()].filter((key) => !blocks.some((block) => isExcused(block, new Map([[key, '']]))));
    expect(excuses.size).toBeGreaterThan(0);
    expect(left).toEqual([]);
  });

  test('most of it is run', () => {
    expect(blocks.filter((block) => !isExcused(block, excuses)).length).toBeGreaterThan(blocks.length / 2);
  });
});
