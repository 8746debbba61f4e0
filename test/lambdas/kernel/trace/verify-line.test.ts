import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { verifyLine } from '../../../../lambdas/kernel/trace/verify-line.ts';

test.each(['out/trace.jsonl', 'my runs/trace.jsonl', "it's/$HOME/`id`.jsonl", '-x.jsonl'])(
  'the verify line with the path %s reaches the command as that path when it is typed into a shell',
  (path) => {
    const line = verifyLine({ trace: path, key: `${path}.pem` });
    const typed = line.replace('npx checkrein trace verify', String.raw`printf '%s\n'`);
    const [trace = '', flag, key] = execFileSync('bash', ['-c', typed], { encoding: 'utf8' }).trimEnd().split('\n');
    expect([trace, flag, key]).toEqual([trace, '--key', `${trace}.pem`]);
    expect(trace.replace(/^\.\//, '')).toBe(path);
  },
);

test('an incident id that is no name of an execution is left out of what people type', () => {
  expect(verifyLine({ trace: 't', incident: '41f0a0a6_2b60-47f2' })).toBe(
    'npx checkrein trace verify t --incident 41f0a0a6_2b60-47f2',
  );
  for (const incident of ['x; rm -r ~', '$(id)', '--key', 'a\nb'])
    expect(verifyLine({ trace: 't', incident })).toBe('npx checkrein trace verify t');
});
