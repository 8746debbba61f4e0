import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { format } from 'prettier';
import { expect, test } from 'vitest';
import * as z from 'zod';
import type { ContentBlock, Message } from '../../lambdas/contracts/model.ts';
import type { ModelRequest } from '../../lambdas/contracts/ports.ts';
import { loadFurtherScripts, loadScript, parseScript, ScriptFile } from '../../local/script.ts';
import { scriptedIncidents, scriptedModel } from '../../local/scripted-model.ts';

const TASK: Message = { role: 'user', content: [{ type: 'text', text: 'CPU alarm on i-1.' }] };

/** The conversation after one turn of the model for each of the answers. */
const after = (...answers: string[]): ModelRequest => ({
  model: 'claude-sonnet-4-6',
  system: 'You investigate.',
  tools: [],
  maxTokens: 1000,
  messages: [
    TASK,
    ...answers.flatMap((text): Message[] => [
      { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_0', name: 'look', input: {} }] },
      { role: 'user', content: [{ type: 'tool_result', toolUseId: 'toolu_0', text, isError: false }] },
    ]),
  ],
});

const call = (input: unknown, name = 'look'): unknown => ({ type: 'tool_use', name, input });
const model = (...turns: unknown[]) => scriptedModel(parseScript(turns, 'model.json'), 'model.json');
const inputOf = (block: ContentBlock | undefined): unknown => (block?.type === 'tool_use' ? block.input : undefined);

test('a script is played turn by turn as the conversation grows', async () => {
  const scripted = model([{ type: 'text', text: 'First.' }, call({ a: 1 })], [{ type: 'text', text: 'Second.' }]);
  expect(await scripted.decide(after())).toMatchObject({
    content: [{ text: 'First.' }, { name: 'look', input: { a: 1 } }],
    stopReason: 'tool_use',
    model: 'scripted',
  });
  expect(await scripted.decide(after('x'))).toMatchObject({ content: [{ text: 'Second.' }], stopReason: 'end_turn' });
});

test('a retried step gets the same answer again', async () => {
  const scripted = model([{ type: 'text', text: 'First.' }], [{ type: 'text', text: 'Second.' }]);
  expect(await scripted.decide(after('x'))).toEqual(await scripted.decide(after('x')));
});

test('concurrent incidents each play the script from its start', async () => {
  const scripted = model([{ type: 'text', text: 'First.' }], [{ type: 'text', text: 'Second.' }]);
  await scripted.decide(after('x'));
  expect(await scripted.decide(after())).toMatchObject({ content: [{ text: 'First.' }] });
});

/** A conversation that has just begun. */
const begun = (text: string): ModelRequest => ({
  ...after(),
  messages: [{ role: 'user', content: [{ type: 'text', text }] }],
});

test('each incident plays its own script, in the order in which they first ask, and those beyond play the first', async () => {
  const says = (text: string) => parseScript([[{ type: 'text', text }]], 'model.json');
  const scripted = scriptedIncidents(says('One.'), [says('Two.')]);
  const texts = [];
  for (const fence of ['a', 'b', 'a', 'c', 'b']) texts.push((await scripted.decide(begun(fence))).content[0]);
  expect(texts).toMatchObject(['One.', 'Two.', 'One.', 'One.', 'Two.'].map((text) => ({ text })));
});

test('scripts of further incidents are read until a number is missing', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'scripts-'));
  for (const [name, text] of [
    ['model', 'One.'],
    ['model-2', 'Two.'],
    ['model-4', 'Four.'],
  ])
    await writeFile(join(folder, `${name}.json`), JSON.stringify([[{ type: 'text', text }]]));
  expect(await loadFurtherScripts(join(folder, 'model.json'))).toEqual([
    [{ content: [{ type: 'text', text: 'Two.' }] }],
  ]);
});

test('calls without an id get one, the same in every run', async () => {
  const scripted = model(
    [],
    [call({}), { type: 'text', text: 'and' }, call({}), { type: 'tool_use', id: 'mine', name: 'look', input: {} }],
  );
  const turn = await scripted.decide(after('x'));
  expect(turn.content.flatMap((block) => (block.type === 'tool_use' ? [block.id] : []))).toEqual([
    'toolu_2_1',
    'toolu_2_2',
    'mine',
  ]);
});

test('placeholders stand for the newest plan and evidence, anywhere in an input', async () => {
  const scripted = model(
    [],
    [],
    [call({ plan: '${plan}', claims: [{ evidence: ['${evidence}'] }], note: 'see ${plan}.' })],
  );
  const turn = await scripted.decide(after('evidence E1: P1 is planned', 'E2 and E3, then plan P2'));
  expect(inputOf(turn.content[0])).toEqual({ plan: 'P2', claims: [{ evidence: ['E3'] }], note: 'see P2.' });
});

test('a P99 latency or a database error code is not taken for a handle', async () => {
  const scripted = model([], [call({ plan: '${plan}', evidence: '${evidence}' })]);
  const turn = await scripted.decide(after('Plan P1. E1: P99 is 4 s, MongoDB says E11000 duplicate key.'));
  expect(inputOf(turn.content[0])).toEqual({ plan: 'P1', evidence: 'E1' });
});

test('text of the model itself is not a source of handles', async () => {
  const request = after();
  const said: Message = { role: 'assistant', content: [{ type: 'text', text: 'I would call it P1.' }] };
  const scripted = model([], [call({ plan: '${plan}' })]);
  await expect(scripted.decide({ ...request, messages: [TASK, said, TASK] })).rejects.toThrow(
    /model\.json, turn 2: \$\{plan\} stands for the newest plan, but the model has not seen one yet/,
  );
});

test('a script that has ended says so, and calls nothing', async () => {
  const turn = await model([{ type: 'text', text: 'Only.' }]).decide(after('x'));
  expect(turn.content).toEqual([{ type: 'text', text: 'model.json has no further turn.' }]);
  expect(turn.stopReason).toBe('end_turn');
});

test('a scripted outage happens once, and the retry gets the turn after it', async () => {
  const scripted = model([{ type: 'text', text: 'First.' }], { fail: 'unavailable' }, [
    { type: 'text', text: 'Second.' },
  ]);
  expect(await scripted.decide(after())).toMatchObject({ content: [{ text: 'First.' }] });
  await expect(scripted.decide(after('x'))).rejects.toMatchObject({ name: 'ModelUnavailable' });
  expect(await scripted.decide(after('x'))).toMatchObject({ content: [{ text: 'Second.' }] });
});

test('two outages in a row fail twice', async () => {
  const scripted = model({ fail: 'unavailable' }, { fail: 'unavailable' }, [{ type: 'text', text: 'Up again.' }]);
  await expect(scripted.decide(after())).rejects.toThrow('model.json, turn 1');
  await expect(scripted.decide(after())).rejects.toThrow('model.json, turn 2');
  expect(await scripted.decide(after())).toMatchObject({ content: [{ text: 'Up again.' }] });
});

test('a refusal and an answer that is cut off end for that reason', async () => {
  const scripted = model({ fail: 'refusal' }, { fail: 'max_tokens', content: [{ type: 'text', text: 'I was about' }] });
  expect(await scripted.decide(after())).toMatchObject({ content: [], stopReason: 'refusal' });
  expect(await scripted.decide(after('x'))).toMatchObject({
    content: [{ text: 'I was about' }],
    stopReason: 'max_tokens',
  });
});

test('input that is not an object reaches the harness unchanged', async () => {
  expect(inputOf((await model([call('rm -rf')]).decide(after())).content[0])).toBe('rm -rf');
});

test('tokens are estimated from the text, and the previous request is read from the cache', async () => {
  const scripted = model([{ type: 'text', text: 'a'.repeat(400) }], []);
  const first = (await scripted.decide(after())).usage;
  expect(first).toMatchObject({ inputTokens: 0, cacheReadTokens: 0 });
  expect(first.outputTokens).toBeGreaterThanOrEqual(100);
  expect(first.outputTokens).toBeLessThan(120);
  const second = (await scripted.decide(after('b'.repeat(4000)))).usage;
  expect(second.cacheReadTokens).toBe(first.cacheWriteTokens);
  expect(second.cacheWriteTokens).toBeGreaterThan(1000);
});

test('usage in the script is used, the rest is estimated', async () => {
  const turn = await model({ content: [], usage: { outputTokens: 7 } }).decide(after());
  expect(turn.usage.outputTokens).toBe(7);
  expect(turn.usage.cacheWriteTokens).toBeGreaterThan(0);
});

test.each([
  ['a field that is missing', [[], [{ type: 'tool_use', input: {} }]], 'turn 2: content[0].name: '],
  ['a call without input', [[{ type: 'tool_use', name: 'look' }]], 'turn 1: content[0].input: '],
  [
    'a block of an unknown type',
    [[{ type: 'image' }]],
    'turn 1: content[0].type: Invalid block: expected one of type text, tool_use',
  ],
  ['an unknown way to fail', [{ fail: 'sulk' }], 'turn 1: fail: '],
  ['a misspelt field', [{ content: [], stop_reason: 'end_turn' }], 'turn 1: Unrecognized key: "stop_reason"'],
  ['a turn with nothing in it', [{}], 'turn 1: content: Missing: a turn needs content, or fail'],
  ['usage that is no count', [{ content: [], usage: { outputTokens: 1.5 } }], 'turn 1: usage.outputTokens: '],
  ['an empty script', [], 'A model script is a list of one turn or more.'],
  ['no list', { turns: [] }, 'A model script is a list of one turn or more.'],
])('%s is reported with its location in the file', (_, script, says) => {
  expect(() => parseScript(script, 'model.json')).toThrow(says);
  expect(() => parseScript(script, 'model.json')).toThrow(/^model\.json/);
});

test('a file that is missing or is not JSON is reported by name', async () => {
  const path = join(await mkdtemp(join(tmpdir(), 'script-')), 'model.json');
  await expect(loadScript(path)).rejects.toThrow(`${path}: this file cannot be read`);
  await writeFile(path, '[[{"type":"text",]]');
  await expect(loadScript(path)).rejects.toThrow(`${path}: The model script is not JSON: `);
  await writeFile(path, '[[{"type":"text","text":"Hello."}]]');
  expect(await loadScript(path)).toEqual([{ content: [{ type: 'text', text: 'Hello.' }] }]);
});

test('the example in the docs is a script', async () => {
  const docs = await readFile('docs/script-format.md', 'utf8');
  const example = /```json\n(.*?)```/s.exec(docs)?.[1] ?? '';
  expect(parseScript(JSON.parse(example), 'docs/script-format.md')).toHaveLength(4);
});

test('the JSON Schema for editors is the one that scripts are checked with', async () => {
  const schema = z.toJSONSchema(ScriptFile, { io: 'input' });
  const text = await format(JSON.stringify(schema), { parser: 'json', printWidth: 120 });
  // Changed the format? `npx vitest run test/local/scripted-model.test.ts -u` rewrites the file.
  await expect(text).toMatchFileSnapshot('../../local/schemas/script.schema.json');
});
