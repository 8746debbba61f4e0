import * as z from 'zod';
import { ERROR } from '../../../lambdas/contracts/error-names.ts';
import type { ContentBlock, ModelTurn } from '../../../lambdas/contracts/model.ts';
import { StepError } from '../../../lambdas/contracts/errors.ts';
import { costMicroUsd } from '../../../lambdas/kernel/model/model-prices.ts';
import type { Clock, Model, ModelRequest } from '../../../lambdas/contracts/ports.ts';
import type { HostileCase, Turn } from '../case/case.ts';
import type { Recording } from '../recording.ts';
import { callOf, type Conversation } from './model-calls.ts';

const SOURCE = { provider: 'anthropic', baseUrl: 'https://api.anthropic.com' } as const;

const ENDINGS: Record<HostileCase['end'], Turn['moves']> = {
  concludes: [{ do: 'conclude', how: 'well' }],
  escalates: [{ do: 'escalate' }],
  'is-silent': [{ do: 'say', text: 'All is well.' }],
  loops: [{ do: 'observe', which: 4 }],
};

const PLAN = /is now plan (P\d+) \((sha256:[0-9a-f]{64})\)/g;
const APPLIED = /^(P\d+) was applied(?: and|, but)/gm;
const ROLLED_BACK = /^(P\d+) did not help and was rolled back/gm;
const handlesIn = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map(([, handle = '']) => handle);
const INCIDENT = /^Incident (\S+)\.$/m;

/** A model that makes the moves of a case. It uses only what its conversation contains. */
export const hostileModel = (testCase: HostileCase, recording: Recording, clock: () => Clock): Model => {
  const seen = new Set<string>();
  const outages = new Map<string, number>();
  let asked = 0;

  const conversationOf = (request: ModelRequest): Conversation => {
    const blocks = request.messages.flatMap((message) => (message.role === 'user' ? message.content : []));
    const text = blocks.map((block) => block.text).join('\n');
    const plans = [...text.matchAll(PLAN)].map(([, handle = '', digest = '']) => ({ handle, digest }));
    for (const { digest } of plans) seen.add(digest);
    const evidence = [...text.matchAll(/ handle="(E\d+)"/g)].map(([, handle = '']) => handle);
    const rolledBack = handlesIn(text, ROLLED_BACK);
    const inPlace = handlesIn(text, APPLIED).filter((handle) => !rolledBack.includes(handle));
    return { incidentId: INCIDENT.exec(text)?.[1] ?? '', plans, evidence, inPlace, seen };
  };

  return {
    async decide(request) {
      const conversation = conversationOf(request);
      const { incidentId } = conversation;
      recording.add({ is: 'asked-model', incidentId, request, at: clock().now().getTime() });
      const turnsBefore = request.messages.filter(({ role }) => role === 'assistant').length;
      const number = testCase.fickle ? asked++ : turnsBefore;
      const turn = testCase.turns[number] ?? {
        moves: ENDINGS[testCase.end],
        stop: 'as-it-is',
        ids: 'fresh',
        outages: 0,
      };
      const failed = outages.get(`${incidentId}/${turnsBefore}`) ?? 0;
      if (failed < turn.outages) {
        outages.set(`${incidentId}/${turnsBefore}`, failed + 1);
        recording.add({ is: 'fault', what: 'outage' });
        throw new StepError(ERROR.modelUnavailable, 'The model is overloaded.', 'Try again.');
      }
      const answer = turnOf(turn, number, testCase, conversation, request);
      const agent = /You are (\S+), an agent/.exec(request.system)?.[1] ?? '';
      recording.add({ is: 'billed', incidentId, agent, microUsd: costMicroUsd(request.model, answer.usage, SOURCE) });
      return answer;
    },
  };
};

const turnOf = (
  turn: Turn,
  number: number,
  testCase: HostileCase,
  conversation: Conversation,
  request: ModelRequest,
): ModelTurn => {
  const id = (n: number): string =>
    turn.ids === 'fresh' ? `toolu_${number}_${n}` : turn.ids === 'same' ? `toolu_${number}` : `toolu_${n}`;
  const content = turn.moves.map((move, n): ContentBlock => {
    const call = callOf(move, testCase, conversation);
    return typeof call === 'string'
      ? { type: 'text', text: call }
      : { type: 'tool_use', id: id(n), name: call.name, input: z.json().parse(call.input) };
  });
  const calls = content.some((block) => block.type === 'tool_use');
  const length = JSON.stringify([request.system, request.tools, request.messages]).length;
  return {
    content,
    stopReason: turn.stop === 'as-it-is' ? (calls ? 'tool_use' : 'end_turn') : turn.stop,
    // About four characters a token, as in English and JSON; never more output than the limit.
    usage: {
      inputTokens: Math.ceil(length / 4),
      outputTokens: Math.min(request.maxTokens, Math.ceil(JSON.stringify(content).length / 4)),
      cacheReadTokens: 0,
      cacheWriteTokens: 0,
    },
    model: 'hostile',
  };
};
