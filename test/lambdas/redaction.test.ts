import { expect, test } from 'vitest';
import { JsonObject, type Json } from '../../lambdas/contracts/json.ts';
import { CloudError } from '../../lambdas/contracts/errors.ts';
import { currentPlan } from '../../lambdas/kernel/trace/queries.ts';
import { EVIDENCE_LIMIT } from '../../lambdas/kernel/redaction/untrusted.ts';
import { CrashingLedger } from '../fakes/crashing-ledger.ts';
import { call } from '../fakes/preset-model.ts';
import { APP, RESIZE, TestHarness } from '../fixtures/harness.ts';
import { BUSY_SERVER } from '../local/account/example-world.ts';

const TOKEN = 'ghp_Qz7xW9kLp2vB5nM8Jr4tY6hG3fD1sA0cXeUi';
const CARD = '4539578763621486';
const PLACEHOLDER = /\[secret:github#[0-9a-f]{8}\]/g;

const WORLD = `${BUSY_SERVER}
logs:
  - name: /app/checkout
    stream: checkout-1
    lines:
      - { at: -9m, message: 'ERROR deploy: push with ${TOKEN} was refused' }
      - { at: -8m, message: 'ERROR pay: card ${CARD} declined by 10.0.3.7' }
`;

const LOGS = call('query_logs', { logGroup: '/app/checkout', minutes: 60 }, 'logs');
const INSTANCE = call('describe_instances', { instanceIds: [APP] }, 'instance');

/** The alarm's event, with a description by somebody careless. */
const event = (harness: TestHarness): Json => {
  const { detail, ...envelope } = harness.alarmEvent();
  const { configuration, ...rest } = JsonObject.parse(detail);
  const description = `Runbook: push with ${TOKEN}, then call jo@example.com.`;
  return { ...envelope, detail: { ...rest, configuration: { ...JsonObject.parse(configuration), description } } };
};

/** An incident whose alarm and whose logs hold secrets, up to where the model has asked for the logs. */
const asked = async (execution = 'incident-1'): Promise<TestHarness> => {
  const harness = new TestHarness({ world: WORLD, execution });
  await harness.open(event(harness));
  await harness.observe();
  await harness.decide([LOGS]);
  return harness;
};

/** The same, with the logs read. */
const read = async (execution?: string): Promise<TestHarness> => {
  const harness = await asked(execution);
  await harness.observe();
  return harness;
};

/** All placeholders of the token on the trace. */
const placeholders = async (harness: TestHarness): Promise<string[]> =>
  JSON.stringify(await harness.events()).match(PLACEHOLDER) ?? [];

test('a secret and a card number in a log line, or in an alarm, reach neither ledger nor model', async () => {
  const harness = await read();
  await harness.decide([INSTANCE]);
  for (const recorded of [await harness.events(), harness.model.requests]) {
    const text = JSON.stringify(recorded);
    expect(text).toContain('Runbook: push with [secret:github#');
    expect(text).toContain('ERROR pay: card [card#');
    for (const secret of [TOKEN, CARD, 'jo@example.com']) expect(text).not.toContain(secret);
  }
  expect((await harness.last('evidence.gathered')).data).toMatchObject({ redactions: 2, outcome: 'ok' });
  expect((await harness.last('evidence.gathered')).data.text).toContain('declined by 10.0.3.7');
});

test('the agent can tell that the token of the alarm is the token of the log', async () => {
  const found = await placeholders(await read());
  expect(found.length).toBeGreaterThan(2);
  expect(new Set(found).size).toBe(1);
});

test('a tool call whose step died has the same placeholders when it is made again', async () => {
  const harness = await asked();
  const before = await placeholders(harness);
  await expect(harness.observe({ ledger: new CrashingLedger(harness.ledger, 1) })).rejects.toThrow();
  await harness.observe();
  const after = await placeholders(harness);
  expect(after.length).toBeGreaterThan(before.length);
  expect(new Set(after).size).toBe(1);
});

test('the key of the placeholders is not on the trace', async () => {
  const harness = await read();
  const row = await harness.ledger.fetch({ family: 'redaction', id: 'incident-1' });
  const { key } = JsonObject.parse(row?.data);
  expect(JSON.stringify([await harness.events(), harness.model.requests])).not.toContain(JSON.stringify(key));
});

test('an event that nobody takes up is recorded without its secrets', async () => {
  const harness = new TestHarness({ world: WORLD });
  harness.switch.position = 'off';
  await harness.open(event(harness));
  const { detail } = (await harness.last('incident.refused')).data;
  expect(JSON.stringify(detail)).toContain('push with [secret:github], then call [email].');
});

test('what AWS quotes in an error reaches neither the evidence nor the reason of a refusal', async () => {
  const harness = await asked();
  const quoting = harness.reading(() => Promise.reject(new CloudError('InvalidParameter', `bad value ${TOKEN}`)));
  await harness.observe(quoting);
  expect((await harness.last('evidence.gathered')).data).toMatchObject({
    outcome: 'failed',
    text: 'InvalidParameter: bad value [secret:github]',
  });
  await harness.decide([call(RESIZE.tool, RESIZE.input)]);
  await harness.authorize(quoting);
  const text = JSON.stringify(await harness.events());
  expect(text.match(/bad value \[secret:github\]/g)?.length).toBeGreaterThan(2);
  expect(text).not.toContain(TOKEN);
});

test('what AWS quotes in a dry run is redacted in the plan and in its refusal', async () => {
  const harness = await new TestHarness().begin();
  await harness.decide([call(RESIZE.tool, RESIZE.input)]);
  await harness.authorize();
  const credentials: typeof harness.ports.credentials = {
    assume: async (scope) => ({
      ...(await harness.ports.credentials.assume(scope)),
      send: () => Promise.reject(new CloudError('InvalidParameter', `bad value ${TOKEN}`)),
    }),
  };
  await harness.dryRun({ credentials });
  expect((await harness.last('dry-run.finished')).data.made).toBe(false);
  const text = JSON.stringify(await harness.events());
  expect(text).toContain('bad value [secret:github]');
  expect(text).not.toContain(TOKEN);
});

test('the cause of a failed harness is recorded without what it quotes', async () => {
  const harness = await read();
  await harness.close({ Error: 'TypeError', Cause: `cannot read ${TOKEN}` });
  expect((await harness.last('harness.failed')).data.cause).toBe('cannot read [secret:github]');
});

test('tags stay as they are in proposal and plan, since policy and digest rest on them', async () => {
  const tag = `owner: jo@example.com, card: '${CARD}', `;
  const harness = new TestHarness({ world: BUSY_SERVER.replace('tags: { ', `tags: { ${tag}`) });
  await harness.begin();
  await harness.untilGranted();
  const tags = { owner: 'jo@example.com', card: CARD, Name: 'app', environment: 'production' };
  expect(currentPlan(await harness.events()).plan.target.tags).toEqual(tags);
});

test('a tool result of 5 MB becomes a page of evidence without its secrets, in time', async () => {
  const harness = await asked();
  const rows = Array.from({ length: 60_000 }, (_, index) => [
    { field: '@message', value: `ERROR ${index} push with ${TOKEN} refused, card ${CARD} declined` },
  ]);
  const long = harness.reading(async ({ command }) =>
    command === 'StartQuery' ? { queryId: 'q' } : { status: 'Complete', results: rows },
  );
  const started = performance.now();
  await harness.observe(long);
  expect(performance.now() - started).toBeLessThan(2000);
  const { data } = await harness.last('evidence.gathered');
  expect(data.clipped).toBe(true);
  expect(data.text.length).toBeLessThan(1.5 * EVIDENCE_LIMIT);
  for (const secret of [TOKEN.slice(0, 12), CARD.slice(0, 8)]) expect(data.text).not.toContain(secret);
});
