import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripTypeScriptTypes } from 'node:module';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { InputError } from '../../lambdas/contracts/errors.ts';
import { NotifierSettings } from '../../lambdas/contracts/notifiers.ts';
import { momentOf, PAGE } from '../fixtures/moments.ts';
import { toWebhook } from './telling.ts';
import { KEY, WebhookServer } from './webhook-server.ts';

const guide = readFileSync(join(import.meta.dirname, '../../docs/notifiers.md'), 'utf8');
const blocks = [...guide.matchAll(/```ts\n([^]*?)```/g)].map(([, text = '']) => text);

/** What a file of the guide exports. `checkrein/moment` is the module of the package. */
const exportsOf = async (file: string): Promise<unknown> => {
  const text = blocks.find((block) => block.startsWith(`// ${file}\n`));
  if (text === undefined) throw new InputError('docs/notifiers.md', `it has no file ${file}`, 'one');
  const moment = new URL('../../lambdas/contracts/moment.ts', import.meta.url).href;
  const code = stripTypeScriptTypes(text).replace("'checkrein/moment'", `'${moment}'`);
  const module: unknown = await import(`data:text/javascript,${encodeURIComponent(code)}`);
  return module;
};

test('each line of settings in the guide is one that settings take', () => {
  const lines = guide.match(/\{ name: '[^\n]*?' \}/g) ?? [];
  expect(lines.length).toBeGreaterThanOrEqual(7);
  for (const line of lines) {
    const json = line.replaceAll("'", '"').replaceAll(/(\w+):(?= ")/g, '"$1":');
    expect([line, NotifierSettings.safeParse(JSON.parse(json)).success]).toEqual([line, true]);
  }
});

test('the check of a signature in the guide takes what we send, and nothing else', async () => {
  const Verify = z.object({
    isFromCheckrein: z.function({ input: [z.string(), z.string(), z.string(), z.number()], output: z.boolean() }),
  });
  const { isFromCheckrein } = Verify.parse(await exportsOf('verify.ts'));
  await using portal = await new WebhookServer().start();
  await toWebhook(portal).tell(momentOf('approval.asked'));
  const [{ headers, body } = { headers: undefined, body: '' }] = portal.received;
  const signature = String(headers?.['x-checkrein-signature']);
  const now = Date.parse('2026-11-22T06:01:00.000Z');
  expect(isFromCheckrein(KEY, signature, body, now)).toBe(true);
  expect(isFromCheckrein('e'.repeat(64), signature, body, now)).toBe(false);
  expect(isFromCheckrein(KEY, signature, `${body} `, now)).toBe(false);
  expect(isFromCheckrein(KEY, signature, body, now + 600_000)).toBe(false);
  expect(isFromCheckrein(KEY, '', body, now)).toBe(false);
});

test('the notifier of the guide reads a moment', async () => {
  const Desk = z.object({ handler: z.function({ input: [z.unknown()], output: z.promise(z.string()) }) });
  const { handler } = Desk.parse(await exportsOf('notifiers/desk.ts'));
  const asked = momentOf('approval.asked');
  expect(await handler({ detail: asked })).toBe(`${asked.says} ${PAGE}`);
  await expect(handler({ detail: { moment: 'approval.asked' } })).rejects.toThrow();
});

test('the app of the guide has the names of an app that init wrote, and a runtime that Lambda creates', () => {
  const app = blocks.find((block) => block.startsWith('// bin/app.ts\n'));
  const written = (path: string): string => readFileSync(join(import.meta.dirname, '../../template', path), 'utf8');
  for (const line of [
    "import { deployment } from '../config/deployment.ts';",
    "new Checkrein(stack, 'Checkrein', { settings: deployment, config: 'config', tools: 'tools' });",
  ]) {
    expect(written('bin/app.ts')).toContain(line);
    expect(app).toContain(line);
  }
  expect(app).toMatch(/runtime: Runtime\.NODEJS_2\d_X/);
});
