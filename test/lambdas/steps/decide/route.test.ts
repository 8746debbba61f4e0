import { describe, expect, test } from 'vitest';
import { call, words, type Told } from '../../../fakes/preset-model.ts';
import { RESIZE, Room, rulesWith } from '../../../fixtures/harness.ts';

const LOOK = call('describe_alarm', { alarm: 'cpu-high' }, 'look');
const CHANGE = call(RESIZE.tool, RESIZE.input, 'change');
const CONCLUDE = call(
  'conclude',
  { summary: 'Busy.', rootCause: 'Orders.', confidence: 'low', claims: [{ text: 'CPU is high.', evidence: ['E2'] }] },
  'conclude',
);

/** What the model is told about each call of a turn, and where the flow goes. */
const turn = async (said: Told, room?: Room): Promise<{ next: string; answers: Record<string, string> }> => {
  const place = room ?? (await new Room().begin());
  const before = place.at.seq;
  const next = await place.decide(said);
  const replies = (await place.events()).slice(before).flatMap((event) => event.replies ?? []);
  return { next, answers: Object.fromEntries(replies.map(({ toolUseId, text }) => [toolUseId ?? 'words', text])) };
};

describe('where a turn leads', () => {
  test.each([
    ['observe calls go to Observe', [LOOK], 'observe'],
    ['a change goes to Authorize', [CHANGE], 'authorize'],
    ['a confirmation goes to Authorize', [call('confirm_plan', { plan: 'P1' })], 'authorize'],
    ['a conclusion goes to Close', [CONCLUDE], 'close'],
    ['a call for help goes to Close', [call('escalate', { reason: 'Help.' })], 'close'],
  ])('%s', async (_name, said, next) => {
    expect(await turn([words('I think so.'), ...said])).toEqual({ next, answers: {} });
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

  test('who calls a human concludes nothing in the same turn', async () => {
    const room = await new Room().begin();
    const { answers } = await turn([CONCLUDE, call('escalate', { reason: 'On second thought: help.' })], room);
    expect(answers['conclude']).toContain('The incident goes to a human now.');
    await room.close();
    expect((await room.last('incident.closed')).data).toMatchObject({
      outcome: 'escalated',
      reason: 'On second thought: help.',
    });
  });
});

describe('what cannot be carried out is answered in words', () => {
  test('a tool that does not exist, with the names of those that do', async () => {
    const { next, answers } = await turn([call('resize-instance', RESIZE.input, 'x')]);
    expect(next).toBe('decide');
    expect(answers['x']).toMatch(/There is no tool "resize-instance"\. Tools: .*resize_instance.*confirm_plan/);
  });

  test('an unknown field, by its name', async () => {
    const { answers } = await turn([call(RESIZE.tool, { ...RESIZE.input, force: true }, 'x')]);
    expect(answers['x']).toMatch(/Not carried out \(schema\): resize_instance\. .*force/);
  });

  test('a value of the wrong kind, by its field', async () => {
    const { answers } = await turn([call(RESIZE.tool, { ...RESIZE.input, instanceId: 42 }, 'x')]);
    expect(answers['x']).toMatch(/instanceId: .*string/);
  });

  test('no call at all', async () => {
    const { next, answers } = await turn([words('I wonder.')]);
    expect(next).toBe('decide');
    expect(answers['words']).toContain('You called no tool.');
  });

  test('an answer that was cut off, with none of its calls carried out', async () => {
    const { next, answers } = await turn({ content: [CHANGE], stopReason: 'max_tokens' });
    expect(next).toBe('decide');
    expect(answers['change']).toContain('cut off at the token limit');
  });

  test('words that were cut off', async () => {
    const { answers } = await turn({ content: [words('And so on and')], stopReason: 'max_tokens' });
    expect(answers['words']).toContain('Be shorter, and call a tool.');
  });

  test('calls that share an id, and neither is carried out', async () => {
    const room = await new Room().begin();
    const { next, answers } = await turn(
      [call(RESIZE.tool, RESIZE.input, 'same'), call('escalate', { reason: 'x' }, 'same')],
      room,
    );
    expect(next).toBe('decide');
    expect(answers['same']).toContain('Several calls of this turn have the same id.');
    await room.decide([LOOK]);
    const said = room.model.requests[1]?.messages.at(-2)?.content ?? [];
    expect(said.filter((block) => block.type === 'tool_use')).toHaveLength(1);
    const heard = room.model.requests[1]?.messages.at(-1)?.content ?? [];
    expect(heard.filter((block) => block.type === 'tool_result')).toHaveLength(1);
  });

  test('a change by an agent that only reads', async () => {
    const room = new Room({ rules: rulesWith({ tools: { observe: ['describe_alarm'], change: [] }, firstLook: [] }) });
    await room.begin();
    const { answers } = await turn(
      [call(RESIZE.tool, RESIZE.input, 'x'), call('confirm_plan', { plan: 'P1' }, 'y')],
      room,
    );
    expect(answers['x']).toContain('resize_instance is not granted to this agent.');
    expect(answers['y']).toContain('This agent is read-only: it has no plans to confirm.');
    expect(room.model.requests[0]?.tools.map(({ name }) => name)).toEqual(['describe_alarm', 'conclude', 'escalate']);
  });
});

describe('an agent that gets nowhere is relieved', () => {
  test('one that declines to go on', async () => {
    const room = await new Room().begin();
    expect(await room.decide({ content: [CONCLUDE], stopReason: 'refusal' })).toBe('close');
    await room.close();
    expect((await room.last('incident.closed')).data).toMatchObject({
      outcome: 'escalated',
      reason: 'The model declined to go on with this incident.',
    });
  });

  test('four turns of refused calls end with a human', async () => {
    const room = await new Room().begin();
    const next = [];
    for (let n = 0; n < 4; n += 1) next.push(await room.decide([call('drop_table', {}, `x${n}`)]));
    expect(next).toEqual(['decide', 'decide', 'decide', 'close']);
    expect((await room.last('escalation.asked')).data.reason).toMatch(/4 turns in a row led to nothing/);
  });

  test('a good call after three refused ones is heard', async () => {
    const room = await new Room().begin();
    for (let n = 0; n < 3; n += 1) await room.decide([call('drop_table', {}, `x${n}`)]);
    expect(await room.decide([LOOK])).toBe('observe');
    expect(await room.kinds()).not.toContain('escalation.asked');
  });

  test('a copy of the alarm that arrives meanwhile is no progress', async () => {
    const room = await new Room().begin();
    for (let n = 0; n < 3; n += 1) await room.decide([words('Hm.')]);
    const copy = new Room({ ledger: room.ledger, execution: 'copy' });
    await copy.open({ ...room.alarmEvent(), id: 'again' });
    room.at = { ...room.at, seq: (await room.events()).length };
    expect(await room.decide([words('Hm.')])).toBe('close');
  });
});
