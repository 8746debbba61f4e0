import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isTraceEvent, type TraceEvent } from '../../../../lambdas/contracts/events.ts';
import { closingMessage, reportOf } from '../../../../lambdas/kernel/trace/report.ts';

const PATCH = `metadata: { name: checkout }
spec:
    containers:
        - image: example.com/shop:1
          args: ["a   b", "_x_ **y** <z>"]`;

const withPatch = (instead: string): TraceEvent[] =>
  readFileSync(join(import.meta.dirname, '../../../fixtures/traces/undersized-instance/trace.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line))
    .filter(isTraceEvent)
    .map((event) => (event.kind === 'proposal.judged' ? { ...event, data: { ...event.data, instead } } : event));

/** The part under its heading. */
const blockOf = (text: string): string =>
  /Instead of what was refused\n([^]*?)\n\n?(?:## |\nEvidence\n)/.exec(text)?.[1] ?? '';

test('in the report a patch to commit is exact, sign by sign, as code of Markdown', () => {
  const code = blockOf(reportOf(withPatch(PATCH)))
    .split('\n')
    .filter((line) => line.startsWith('    '))
    .map((line) => line.slice(4));
  expect(code.join('\n')).toBe(PATCH);
});

test('in a mail no image of a patch becomes a link, and the mail says how to get the patch as it is', () => {
  const mail = blockOf(String(closingMessage(withPatch(PATCH)).text));
  expect(mail).toContain('        - image: example[.]com/shop:1\n');
  expect(mail).toContain('          args: ["a   b", "_x_ **y** <z>"]');
  expect(mail).toMatch(
    /stand in brackets here\. As it is: npx checkrein trace get \S+ --out trace\.jsonl --report report\.md/,
  );
  expect(blockOf(String(closingMessage(withPatch('spec: { replicas: 3 }')).text))).not.toContain('in brackets');
});

test.each([
  ['ends the code and begins a heading', 'x: 1\n```\n# Approved by ana@example.com\n[go](https://evil.example/x)'],
  ['hides or turns text', 'image: evil\u202Ecod.elpmaxe\u200B'],
  ['returns to the start of its line', 'image: good\rimage: evil'],
])('a name in a patch that %s stays code, and is seen', (_what, hostile) => {
  const events = withPatch(hostile);
  const report = blockOf(reportOf(events)).split('\n');
  expect(report.every((line) => line === '' || line.startsWith('Event ') || line.startsWith('    '))).toBe(true);
  const mail = String(closingMessage(events).text);
  expect(mail).not.toContain('https://evil');
  expect(`${report.join('\n')}${mail}`).not.toMatch(/[\u202E\u200B\r]/);
});
