import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { linesIn } from '../../local/files.ts';

const folder = mkdtempSync(join(tmpdir(), 'checkrein-files-'));
afterAll(() => rmSync(folder, { recursive: true }));

const linesOf = (content: string | Uint8Array, limit?: number): (string | undefined)[] => {
  const path = join(folder, 'lines');
  writeFileSync(path, content);
  return [...linesIn('trace', path, limit)];
};

describe('the lines of a file', () => {
  test.each<[string, string, string[]]>([
    ['nothing', '', []],
    ['one empty line', '\n', ['']],
    ['a final newline', 'one\ntwo\n', ['one', 'two']],
    ['no final newline', 'one\n\ntwo', ['one', '', 'two']],
    ['a byte order mark', '\uFEFFone\n', ['\uFEFFone']],
  ])('are whole with %s', (_, content, lines) => expect(linesOf(content)).toEqual(lines));

  test('are whole where what is read at once ends within a line, or a character, or with a line', () => {
    const lines = [999_998, 1, 999_999, 3_000_000, 0, 5, 2_500_000].map((length) => `${'é€😀a'.repeat(length / 5)}|`);
    const ends = ['x'.repeat(999_999), 'y'.repeat(1_999_999), 'z'];
    expect(linesOf(`${lines.join('\n')}\n`)).toEqual(lines);
    expect(linesOf(ends.join('\n'))).toEqual(ends);
  });

  test('that are not UTF-8 are undefined, and the others are not', () =>
    expect(linesOf(Buffer.from('610aff0ac30a62', 'hex'))).toEqual(['a', undefined, undefined, 'b']));

  test('of a file that is longer than allowed are refused', () =>
    expect(() => linesOf('one\ntwo\n', 7)).toThrow('this file is too long'));

  test('of a directory are refused', () => expect(() => [...linesIn('trace', folder)]).toThrow('this is a directory'));
});
