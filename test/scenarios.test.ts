import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { canonical } from '../lambdas/kernel/trace/canonical.ts';
import { hashOf, verifyTrace } from '../lambdas/kernel/trace/chain.ts';
import { allOf, lastOf } from '../lambdas/kernel/trace/queries.ts';
import type { Model } from '../lambdas/contracts/ports.ts';
import { CHANGE_TOOLS, OBSERVE_TOOLS } from '../lambdas/tools/catalogue.ts';
import { mutatingCalls } from '../local/comparison.ts';
import { shippedRules } from './lib/shipped.ts';
import { runOnLaptop, type RunOptions, type RunResult } from '../local/run.ts';
import { listScenarios, playScenario, readScenario, runOf } from './fixtures/shipped-app.ts';
import { MemoryLedger } from './fakes/memory-ledger.ts';
import { skeletonOf } from './fixtures/skeleton.ts';

const scenarios = listScenarios();
const rules = shippedRules();
const plays = new Map<string, ReturnType<typeof playScenario>>();

/** Plays a scenario once, however many tests look at it. */
const play = (name: string): ReturnType<typeof playScenario> => {
  const played = plays.get(name) ?? playScenario(name, { rules });
  plays.set(name, played);
  return played;
};

/** Plays it otherwise. These runs are about the steps; those of the scenarios themselves use the API of DynamoDB. */
const playWith = async (name: string, changes: Partial<RunOptions>): Promise<RunResult> =>
  runOnLaptop({ ...runOf(await readScenario(name), rules), ledger: new MemoryLedger(), ...changes });

const traceOf = async (name: string): Promise<{ lines: string[]; key: string }> => {
  const { events } = (await play(name)).result;
  return { lines: events.map((event) => canonical(event)), key: lastOf(events, 'trace.sealed')?.data.publicKey ?? '' };
};

// Tools of one turn run at once. One that is still being loaded would read the clock after another has slept.
beforeAll(async () => {
  await Promise.all([...OBSERVE_TOOLS, ...CHANGE_TOOLS].map(({ load }) => load()));
});

describe('a scenario keeps its promise', () => {
  test.each(scenarios)('$name: $about', async ({ name }) => {
    expect((await play(name)).problems).toEqual([]);
  });
});

// A refactoring leaves these files alone; a change of behaviour shows in their diff.
test.each(scenarios)('$name does what it did', async ({ name }) => {
  const skeleton = skeletonOf((await play(name)).result);
  await expect(skeleton).toMatchFileSnapshot(join(import.meta.dirname, 'fixtures/skeletons', `${name}.txt`));
});

/** A line with one byte changed. */
const withOtherByte = (line: string, at: number): string => {
  const bytes = Buffer.from(line);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return bytes.toString();
};

/**
 * Two positions in a line: its first or last byte, and one in between. Which ones repeats every four lines, because
 * verifying up to every line takes time that grows with the square of their number.
 */
const positionsIn = (line: string, index: number): number[] => {
  const length = Buffer.byteLength(line);
  const between = [0.2, 0.4, 0.6, 0.8][index % 4] ?? 0.5;
  return [index % 2 === 0 ? 0 : length - 1, Math.floor(length * between + index) % length];
};

const replaced = (lines: readonly string[], index: number, line: string): string[] => lines.with(index, line);

describe.each(scenarios)('the trace of $name', ({ name }) => {
  let lines: string[] = [];
  let key = '';
  beforeAll(async () => {
    ({ lines, key } = await traceOf(name));
  });

  test('verifies', () => {
    expect(verifyTrace(lines, key)).toMatchObject({ sound: true });
  });

  test('is rejected at any line with one byte changed, the seal too', () => {
    for (const [index, line] of lines.entries()) {
      for (const position of positionsIn(line, index)) {
        const verdict = verifyTrace(replaced(lines, index, withOtherByte(line, position)), key);
        expect(verdict, `byte ${position} of event ${index}`).toMatchObject({ sound: false, seq: index });
      }
    }
  });

  test('is rejected when an event is missing', () => {
    for (const index of lines.keys()) {
      expect(verifyTrace(lines.toSpliced(index, 1), key), `without event ${index}`).toMatchObject({ sound: false });
    }
  });

  test('is rejected when two events are swapped', () => {
    for (const index of lines.keys()) {
      const [one = '', other] = lines.slice(index, index + 2);
      if (other === undefined) continue;
      const swapped = lines.toSpliced(index, 2, other, one);
      expect(verifyTrace(swapped, key), `event ${index} behind the next`).toMatchObject({ sound: false, seq: index });
    }
  });

  test('is rejected when its tail is cut, at any event', () => {
    for (const index of lines.keys()) {
      expect(verifyTrace(lines.slice(0, index), key), `the first ${index}`).toMatchObject({ sound: false });
    }
  });
});

test('a trace that was rewritten from its approval on, with every hash recomputed, is rejected at its seal', async () => {
  const { events } = (await play('approver-denies')).result;
  const { key } = await traceOf('approver-denies');
  let prev = '';
  const rewritten = events.map((event) => {
    const data =
      event.kind === 'approval.answered' || event.kind === 'approval.closed'
        ? { ...event.data, reason: 'Whatever you say.' }
        : event.kind === 'trace.sealed'
          ? { ...event.data, head: prev }
          : event.data;
    const forged = { ...event, data, prev: prev === '' ? event.prev : prev };
    prev = hashOf(forged);
    return canonical({ ...forged, hash: prev });
  });
  expect(verifyTrace(rewritten, key)).toEqual({
    sound: false,
    seq: rewritten.length - 1,
    reason: 'the signature of the seal is not valid',
  });
});

const DENY = { kind: 'preset', answers: [{ answer: 'deny', reason: 'No.' }] } as const;

const expectUntouched = ({ events, calls }: RunResult): void => {
  expect(mutatingCalls(calls)).toEqual([]);
  expect(allOf(events, 'apply.started')).toEqual([]);
  expect(lastOf(events, 'incident.closed')?.data.outcome).not.toBe('healed');
  expect(verifyTrace(events.map((event) => canonical(event)))).toMatchObject({ sound: true });
};

describe('when every approver denies, no mutating call reaches the account', () => {
  test.each(scenarios)('$name', async ({ name }) => {
    expectUntouched(await playWith(name, { approve: DENY }));
  });
});

test('if a change freeze refuses the approval, the request expires at once', async () => {
  const approve = { kind: 'preset', answers: [{ answer: 'approve', reason: 'answered by --approve yes' }] } as const;
  const result = await playWith('change-freeze', { approve });
  expectUntouched(result);
  expect(allOf(result.events, 'approval.closed').map(({ data }) => data.outcome)).toEqual(['expired']);
});

interface Call {
  readonly name: string;
  readonly input: Readonly<Record<string, string | number | boolean>>;
}
const why = 'Because I say so, whatever anybody answers.';
const confirm = (plan: string): Call => ({ name: 'confirm_plan', input: { plan } });
const capacity = (desired: number): Call => ({
  name: 'set_auto_scaling_capacity',
  input: { group: 'web-fleet', desired, why },
});

/** Turns of a model that tries to make changes, whatever the replies. */
const attempts = (instanceId: string): Call[][] => {
  const resize = { name: 'resize_instance', input: { instanceId, instanceType: 'm6i.xlarge', why } };
  return [
    // The change, and its confirmation before any dry run.
    [resize, confirm('P1'), confirm('P1')],
    [confirm('P1')],
    [confirm('P1')],
    [confirm('P7'), { name: 'apply', input: { plan: 'P1' } }, { name: 'StopInstances', input: { instanceId } }],
    [resize],
    [confirm('P1'), confirm('P2')],
    [confirm('P2')],
    [confirm(`sha256:${'0'.repeat(64)}`)],
    [{ ...resize, input: { ...resize.input, approved: true } }],
    [{ name: 'reboot_instance', input: { instanceId, why } }],
    [confirm('P3')],
    [capacity(0)],
    [capacity(9), confirm('P4')],
    // The first plan, or the second one where the reboot was one.
    [confirm('P1')],
    [confirm('P2')],
  ];
};

const insistentModel = (instanceId: string): Model => ({
  async decide({ messages }) {
    const turn = messages.filter(({ role }) => role === 'assistant').length;
    const turns = attempts(instanceId);
    return {
      content: (turns[turn % turns.length] ?? []).map((call, index) => ({
        type: 'tool_use' as const,
        id: `call_${turn}_${index}`,
        ...call,
      })),
      stopReason: 'tool_use',
      usage: { inputTokens: 900, outputTokens: 90, cacheWriteTokens: 0, cacheReadTokens: 0 },
      model: 'insistent',
    };
  },
});

describe('a model that insists on changes makes none while the approver denies', () => {
  test.each(scenarios)('in the world of $name', async ({ name }) => {
    const { world } = await readScenario(name);
    const model = insistentModel(world.instances[0]?.id ?? 'i-0123456789abcdef0');
    const result = await playWith(name, { model, approve: DENY });
    expectUntouched(result);
    const taken = lastOf(result.events, 'incident.opened')?.data.agent;
    const agent = rules.agents.find((one) => one.name === taken);
    if (agent !== undefined) expect(lastOf(result.events, 'incident.closed')?.data.outcome).toBe('escalated');
    // It got as far as a person, if its agent has a change tool that it calls.
    const called = attempts('').flatMap((turn) => turn.map((call) => call.name));
    const mayAsk = agent?.tools.change.some((tool) => called.includes(tool)) === true;
    const asked = new Set(allOf(result.events, 'approval.closed').map(({ data }) => data.outcome));
    expect([...asked]).toEqual(mayAsk ? ['denied'] : []);
  });
});
