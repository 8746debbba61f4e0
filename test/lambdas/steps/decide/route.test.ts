import { describe, expect, test } from 'vitest';
import { call, words, type PresetTurn } from '../../../fakes/preset-model.ts';
import { RESIZE, TestHarness, rulesWith } from '../../../fixtures/harness.ts';

const LOOK = call('describe_alarm', { alarm: 'cpu-high' }, 'look');
const CHANGE = call(RESIZE.tool, RESIZE.input, 'change');
const CONCLUDE = call(
  'conclude',
  { summary: 'Busy.', rootCause: 'Orders.', confidence: 'low', claims: [{ text: 'CPU is high.', evidence: ['E2'] }] },
  'conclude',
);

/** The reply to each call of a turn, and where the flow goes. */
const turn = async (
  calls: PresetTurn,
  harness?: TestHarness,
): Promise<{ next: string; answers: Record<string, string> }> => {
  const entered = harness ?? (await new TestHarness().begin());
  const before = entered.at.seq;
  const next = await entered.decide(calls);
  const replies = (await entered.events()).slice(before).flatMap((event) => event.replies ?? []);
  return { next, answers: Object.fromEntries(replies.map(({ toolUseId, text }) => [toolUseId ?? 'words', text])) };
};

describe('where a turn leads', () => {
  test.each([
    ['observe calls go to Observe', [LOOK], 'observe'],
    ['a change goes to Authorize', [CHANGE], 'authorize'],
    ['a confirmation goes to Authorize', [call('confirm_plan', { plan: 'P1' })], 'authorize'],
    ['a conclusion goes to Close', [CONCLUDE], 'close'],
    ['a call for help goes to Close', [call('escalate', { reason: 'Help.' })], 'close'],
  ])('%s', async (_name, calls, next) => {
    expect(await turn([words('I think so.'), ...calls])).toEqual({ next, answers: {} });
  });

  test('a change that comes with observations waits for them', async () => {
    const { next, answers } = await turn([LOOK, CHANGE]);
    expect(next).toBe('observe');
    expect(Object.keys(answers)).toEqual(['change']);
    expect(answers['change']).toContain('Read the observations of this turn first');
  });

  test('of several changes in a turn the first goes on, and the others are answered', async () => {
    const { next, answers } = await turn([CHANGE, call(RESIZE.tool, RESIZE.input, 'second'), CONCLUDE]);
    expect(next).toBe('authorize');
    expect(Object.keys(answers)).toEqual(['second', 'conclude']);
    expect(answers['second']).toContain('One change, confirmation or conclusion a turn.');
  });

  test('an escalation and a conclusion in one turn escalate', async () => {
    const harness = await new TestHarness().begin();
    const { answers } = await turn([CONCLUDE, call('escalate', { reason: 'On second thought: help.' })], harness);
    expect(answers['conclude']).toContain('The incident goes to a human now.');
    await harness.close();
    expect((await harness.last('incident.closed')).data).toMatchObject({
      outcome: 'escalated',
      reason: 'On second thought: help.',
    });
  });
});

describe('a call that cannot be carried out gets a reply with the reason', () => {
  test.each<[string, PresetTurn, string, RegExp]>([
    [
      'a tool that does not exist',
      [call('resize', {}, 'x')],
      'x',
      /no tool "resize"\. Tools: .*resize_instance.*confirm_plan/,
    ],
    ['an unknown field, by its name', [call(RESIZE.tool, { ...RESIZE.input, force: true }, 'x')], 'x', /schema.*force/],
    ['no call at all', [words('I wonder.')], 'words', /You called no tool\./],
    [
      'an answer that was cut off',
      { content: [CHANGE], stopReason: 'max_tokens' },
      'change',
      /cut off at the token limit/,
    ],
    [
      'words that were cut off',
      { content: [words('And')], stopReason: 'max_tokens' },
      'words',
      /Be shorter, and call a tool/,
    ],
  ])('%s', async (_what, calls, id, reply) => {
    const { next, answers } = await turn(calls);
    expect(next).toBe('decide');
    expect(answers[id]).toMatch(reply);
  });

  test('calls that share an id, and neither is carried out', async () => {
    const harness = await new TestHarness().begin();
    const { next, answers } = await turn(
      [call(RESIZE.tool, RESIZE.input, 'same'), call('escalate', { reason: 'x' }, 'same')],
      harness,
    );
    expect(next).toBe('decide');
    expect(answers['same']).toContain('Several calls of this turn have the same id.');
    await harness.decide([LOOK]);
    const asked = harness.model.requests[1]?.messages.at(-2)?.content ?? [];
    expect(asked.filter((block) => block.type === 'tool_use')).toHaveLength(1);
    const replied = harness.model.requests[1]?.messages.at(-1)?.content ?? [];
    expect(replied.filter((block) => block.type === 'tool_result')).toHaveLength(1);
  });

  test('a change by an agent that only reads', async () => {
    const harness = new TestHarness({
      rules: rulesWith({ tools: { observe: ['describe_alarm'], change: [] }, firstLook: [] }),
    });
    await harness.begin();
    const { answers } = await turn(
      [call(RESIZE.tool, RESIZE.input, 'x'), call('confirm_plan', { plan: 'P1' }, 'y')],
      harness,
    );
    expect(answers['x']).toContain('resize_instance is not granted to this agent.');
    expect(answers['y']).toContain('This agent is read-only: it has no plans to confirm.');
    expect(harness.model.requests[0]?.tools.map(({ name }) => name)).toEqual([
      'describe_alarm',
      'conclude',
      'escalate',
    ]);
  });
});

describe('an agent that gets nowhere hands over to a human', () => {
  test('one that declines to go on', async () => {
    const harness = await new TestHarness().begin();
    expect(await harness.decide({ content: [CONCLUDE], stopReason: 'refusal' })).toBe('close');
    await harness.close();
    expect((await harness.last('incident.closed')).data).toMatchObject({
      outcome: 'escalated',
      reason: 'The model declined to go on with this incident.',
    });
  });

  test('four turns of refused calls end with a human', async () => {
    const harness = await new TestHarness().begin();
    const next = [];
    for (let n = 0; n < 4; n += 1) next.push(await harness.decide([call('drop_table', {}, `x${n}`)]));
    expect(next).toEqual(['decide', 'decide', 'decide', 'close']);
    expect((await harness.last('escalation.asked')).data.reason).toMatch(/4 turns in a row led to nothing/);
  });

  test('a good call after three refused ones is carried out', async () => {
    const harness = await new TestHarness().begin();
    for (let n = 0; n < 3; n += 1) await harness.decide([call('drop_table', {}, `x${n}`)]);
    expect(await harness.decide([LOOK])).toBe('observe');
    expect(await harness.kinds()).not.toContain('escalation.asked');
  });

  test('a copy of the alarm that arrives meanwhile is no progress', async () => {
    const harness = await new TestHarness().begin();
    for (let n = 0; n < 3; n += 1) await harness.decide([words('Hm.')]);
    const copy = new TestHarness({ ledger: harness.ledger, execution: 'copy' });
    await copy.open({ ...harness.alarmEvent(), id: 'again' });
    harness.at = { ...harness.at, seq: (await harness.events()).length };
    expect(await harness.decide([words('Hm.')])).toBe('close');
  });
});
