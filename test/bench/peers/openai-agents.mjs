/** Participant: the loop of openai-agents with a model that plays the transcript. Tracing is off, as it would be sent away. */
import { readFileSync } from 'node:fs';
import { Agent, Runner, setTracingDisabled, tool, Usage } from '@openai/agents-core';
import { answerRounds } from '../rounds.ts';
import { threadCpu } from '../cpu-meter.ts';

const { task, turns, final } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const INCIDENTS = 20;
setTracingDisabled(true);

const messageOf = (text) => ({
  type: 'message',
  role: 'assistant',
  status: 'completed',
  content: [{ type: 'output_text', text }],
});

class PresetModel {
  #turn = 0;
  async getResponse() {
    const turn = turns[this.#turn];
    this.#turn += 1;
    const usage = new Usage({ inputTokens: 100, outputTokens: 10, totalTokens: 110 });
    if (turn === undefined) return { usage, output: [messageOf(final)] };
    const call = { type: 'function_call', callId: `call_${this.#turn}`, name: turn.tool, status: 'completed' };
    return { usage, output: [messageOf(turn.text), { ...call, arguments: JSON.stringify(turn.input) }] };
  }
  async *getStreamedResponse() {}
}

const incident = async () => {
  let answered = 0;
  const tools = [...new Set(turns.map((turn) => turn.tool))].map((name) =>
    tool({
      name,
      description: 'Reads.',
      strict: false,
      parameters: { type: 'object', properties: {}, required: [], additionalProperties: true },
      execute: async () => turns[answered++].output,
    }),
  );
  const agent = new Agent({ name: 'triage', instructions: 'Find out why.', model: new PresetModel(), tools });
  const result = await new Runner({ tracingDisabled: true }).run(agent, task, { maxTurns: 100 });
  if (result.finalOutput !== final || answered !== turns.length) throw new TypeError('The transcript was not played.');
};

const round = async () => {
  const started = threadCpu();
  for (let count = 0; count < INCIDENTS; count += 1) await incident();
  return { turn: (threadCpu() - started) / INCIDENTS / (turns.length + 1) };
};

for (let count = 0; count < 3; count += 1) await round();
await answerRounds(round);
