import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runProcess, REPOSITORY, type Ran } from './cli.ts';

/** An app outside this repository: an agent of its own with a tool of its own, in TypeScript, and a scenario of both. */
const APP = {
  'config/deployment.ts': `
    interface Deployment { readonly approvers: readonly { email: string; name: string; roles: string[]; tier: number }[] }
    export const deployment: Deployment = {
      approvers: [{ email: 'ana@example.com', name: 'Ana', roles: ['sre'], tier: 1 }],
    };`,
  'config/agents/backlog.yaml': `
name: backlog
description: Read-only. Says how much work waits when a queue is slow.
takes: { source: [my.shop] }
tools:
  observe: [queue_depth]
model: claude-sonnet-4-6
budget: { turns: 4, tokens: 100000, dollars: 1, minutes: 30 }
budgetPerDay: { dollars: 5, incidents: 20 }
instructions: |
  Read how much work waits, and say it.`,
  'config/agents/backlog.event.json': JSON.stringify({
    version: '0',
    id: 'e1',
    source: 'my.shop',
    'detail-type': 'Queue slow',
    account: '123456789012',
    region: 'eu-west-1',
    time: '2026-11-20T10:00:00Z',
    resources: [],
    detail: { queue: 'orders' },
  }),
  'config/policies/own.cedar': `
@id("not-at-two")
@reason("Nobody is awake.")
forbid (principal, action in Checkrein::Action::"change", resource)
when { context.facts.hourUtc == 2 };`,
  'tools/queue-depth/manifest.ts': `
    import * as z from 'zod';
    import type { ObserveManifest } from 'checkrein/tool';
    export const manifest = {
      kind: 'observe',
      name: 'queue_depth',
      description: 'How many messages wait in a queue.',
      input: z.strictObject({ queue: z.string().min(1).describe('Name of the queue, e.g. orders.') }),
      reads: [{ service: 'sqs', command: 'GetQueueAttributes', scope: 'any' }],
    } satisfies ObserveManifest;`,
  'tools/queue-depth/tool.ts': `
    import * as z from 'zod';
    import { callAws, observeTool } from 'checkrein/tool';
    import { manifest } from './manifest.ts';
    const Answer = z.object({ Attributes: z.object({ ApproximateNumberOfMessages: z.string() }) });
    export const tool = observeTool(manifest, async ({ queue }, { cloud }) => {
      const input = { QueueUrl: queue, AttributeNames: ['ApproximateNumberOfMessages'] };
      const { Attributes } = await callAws(cloud, { service: 'sqs', command: 'GetQueueAttributes', input }, Answer);
      return Attributes.ApproximateNumberOfMessages + ' messages wait in ' + queue + '.';
    });`,
  'tools/aws/sqs.ts': `
    import { sdkCommand, type ServiceCommands } from 'checkrein/tool';
    class Client { destroy() {} send() { return Promise.reject(new Error('not here')); } }
    class GetQueueAttributesCommand { constructor(readonly input: object) {} }
    export const service = { connect: () => new Client(), commands: { GetQueueAttributes: sdkCommand(GetQueueAttributesCommand) } };`,
  'scenarios/slow-orders/event.json': '',
  'scenarios/slow-orders/world.yaml': `
about: 812 orders wait.
now: 2026-11-20T10:00:20Z
answers:
  - service: sqs
    command: GetQueueAttributes
    input: { QueueUrl: orders }
    answer: { Attributes: { ApproximateNumberOfMessages: '812' } }`,
  'scenarios/slow-orders/model.json': JSON.stringify([
    [{ type: 'tool_use', name: 'queue_depth', input: { queue: 'orders' } }],
    [
      {
        type: 'tool_use',
        name: 'conclude',
        input: {
          summary: '812 orders wait.',
          rootCause: 'Nobody works them off.',
          confidence: 'medium',
          claims: [{ text: '812 messages wait in orders.', evidence: ['E1'] }],
          followUps: ['Look at the workers.'],
        },
      },
    ],
  ]),
  'scenarios/slow-orders/expect.yaml': `
about: The own agent reads with the own tool how much waits.
outcome: diagnosed
turns: 2
says: ['812 messages wait in orders.']`,
};

let folder = '';
const write = (name: string, text: string): void => {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), text);
};
const checkrein = (...args: string[]): Promise<Ran> => runProcess(folder, ...args);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'checkrein-own-app-'));
  for (const [name, text] of Object.entries(APP)) write(name, text);
  write('scenarios/slow-orders/event.json', APP['config/agents/backlog.event.json']);
  symlinkSync(join(REPOSITORY, 'node_modules'), join(folder, 'node_modules'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('an app outside this repository', () => {
  test('is played by its own agent with its own tool, from the folder of the app', async () => {
    const files = ['--event', 'scenarios/slow-orders/event.json', '--world', 'scenarios/slow-orders/world.yaml'];
    const ran = await checkrein('run', ...files, '--approve', 'no', '--out', 'out');
    expect([ran.code, ran.err]).toEqual([0, '']);
    expect(ran.out).toContain('queue_depth');
    expect(ran.out).toContain('812 messages wait in orders.');
  });

  test('has its scenarios checked, and only its own', async () => {
    const listed = await checkrein('scenario');
    expect(listed.out.trim().split('\n')).toHaveLength(1);
    const played = await checkrein('scenario', 'slow-orders');
    expect([played.code, played.err]).toEqual([0, '']);
    expect(played.out).toContain('slow-orders: as expected.');
  });

  test('is found from elsewhere by flags', async () => {
    const at = (name: string): string => join(folder, name);
    const flags = ['--config', at('config'), '--tools', at('tools'), '--scenarios', at('scenarios')];
    const played = await runProcess(tmpdir(), 'scenario', 'slow-orders', ...flags);
    expect([played.code, played.err]).toEqual([0, '']);
  });

  test('has its policies checked with its own settings and tools', async () => {
    const checked = await checkrein('policy', 'check');
    expect(checked.err).toBe('');
    expect(checked.out).toMatch(/policies: all compile/);
  });
});

describe('a mistake in an app is told in words, with its file', () => {
  const refused = async (...args: string[]): Promise<string> => {
    const ran = await checkrein(...args);
    expect([ran.code, ran.out]).toEqual([2, '']);
    expect(ran.err).not.toMatch(/^\s+at /m);
    expect(ran.err).not.toContain(REPOSITORY);
    return ran.err;
  };

  test('no config directory: what was looked for, and what makes one', async () => {
    rmSync(join(folder, 'config'), { recursive: true });
    const says = await refused('policy', 'check');
    expect(says).toContain(`there is no directory ${join(folder, 'config')}`);
    expect(says).toContain('`checkrein init DIR` makes one');
    expect(says).toContain('--config DIR');
  });

  test('a config directory that is not there, or has no settings', async () => {
    expect(await refused('policy', 'check', '--config', 'conf')).toContain('--config conf: there is no such directory');
    expect(await refused('policy', 'check', '--config', 'tools')).toContain(
      'tools/deployment.ts: there is no such file',
    );
  });

  test('settings that do not compile: file and line', async () => {
    write('config/deployment.ts', 'export const deployment = {\n  approvers: [,\n');
    expect(await refused('policy', 'check')).toMatch(/config\/deployment\.ts:\d+: /);
  });

  test('settings that are not exported, or throw', async () => {
    write('config/deployment.ts', 'export const settings = {};');
    expect(await refused('policy', 'check')).toContain('config/deployment.ts: it exports no object named deployment');
    write('config/deployment.ts', "throw new RangeError('no e-mail');\nexport const deployment = {};");
    expect(await refused('policy', 'check')).toContain(
      'config/deployment.ts: it throws when it is loaded: RangeError: no e-mail',
    );
    write('config/deployment.ts', "Promise.reject(new RangeError('no e-mail'));\nexport const deployment = {};");
    expect(await refused('policy', 'check')).toContain(
      'config/deployment.ts: it throws after it was loaded: RangeError: no e-mail',
    );
  });

  test('a tool that throws when it is loaded, before anything is played', async () => {
    write('tools/queue-depth/tool.ts', "throw new TypeError('no queue');\nexport const tool = {};");
    expect(await refused('scenario', 'slow-orders')).toContain(
      'tools/queue-depth/tool.ts: it throws when it is loaded: TypeError: no queue',
    );
  });

  test('a service in a world that no tool of this app calls', async () => {
    write('scenarios/slow-orders/world.yaml', APP['scenarios/slow-orders/world.yaml'].replace('sqs', 'sqz'));
    const files = ['--event', 'scenarios/slow-orders/event.json', '--world', 'scenarios/slow-orders/world.yaml'];
    expect(await refused('run', ...files, '--approve', 'no')).toContain('did you mean "sqs"?');
  });
});
