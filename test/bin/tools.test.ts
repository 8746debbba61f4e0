import * as z from 'zod';
import { expect, test } from 'vitest';
import { runCli, REPOSITORY } from './cli.ts';
import { GOOD, toolsWith } from '../lib/own-tools/folder.ts';

const Listed = z.object({
  tools: z.array(
    z.object({
      name: z.string(),
      from: z.string(),
      kind: z.string(),
      agents: z.array(z.string()),
      calls: z.array(z.string()),
    }),
  ),
});

test('checkrein tools lists shipped and own tools, with calls and the agents that are granted them', async () => {
  const { code, out } = await runCli(REPOSITORY, 'tools', '--tools', GOOD, '--json');
  expect(code).toBe(0);
  const { tools } = Listed.parse(JSON.parse(out));
  expect(tools.find(({ name }) => name === 'keep_log_days')).toMatchObject({
    from: 'own-tools/keep-log-days/manifest.ts',
    kind: 'change',
    agents: [],
    calls: ['logs:DescribeLogGroups', 'logs:ListTagsForResource', 'logs:PutRetentionPolicy'],
  });
  const resize = tools.find(({ name }) => name === 'resize_instance');
  expect(resize?.from).toBe('shipped');
  expect(resize?.agents).toContain('ec2-responder');
  expect((await runCli(REPOSITORY, 'tools')).out).toMatch(/^resize_instance +change +aws +shipped +ec2-responder/m);
});

test('checkrein tools check says that own tools keep every promise, or what each breaks', async () => {
  expect(await runCli(REPOSITORY, 'tools', 'check', '--tools', GOOD)).toMatchObject({
    code: 0,
    out: '2 own tools: every promise is kept.\n',
  });
  const broken = toolsWith({ 'keep-log-days/manifest.ts': [["scope: 'target'", "scope: 'any'"]] });
  const { code, out } = await runCli(REPOSITORY, 'tools', 'check', '--tools', broken);
  expect(code).toBe(1);
  expect(out).toContain('tools/keep-log-days/manifest.ts: changes: logs:PutRetentionPolicy has the scope');
});
