/** Participant: LangGraph.js with its prebuilt nodes, an in-memory checkpoint a step, and a model that plays the transcript. */
import { readFileSync } from 'node:fs';
import { AIMessage } from '@langchain/core/messages';
import { tool } from '@langchain/core/tools';
import { END, MemorySaver, MessagesAnnotation, START, StateGraph } from '@langchain/langgraph';
import { ToolNode } from '@langchain/langgraph/prebuilt';
import * as z from 'zod';
import { answerRounds } from '../rounds.ts';
import { threadCpu } from '../cpu-meter.ts';

const { task, turns, final } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const INCIDENTS = 20;

const decide = ({ messages }) => {
  const index = messages.filter((message) => message instanceof AIMessage).length;
  const turn = turns[index];
  if (turn === undefined) return { messages: [new AIMessage(final)] };
  const call = { id: `call_${index}`, name: turn.tool, args: turn.input, type: 'tool_call' };
  return { messages: [new AIMessage({ content: turn.text, tool_calls: [call] })] };
};

const incident = async () => {
  let answered = 0;
  const tools = [...new Set(turns.map((turn) => turn.tool))].map((name) =>
    tool(async () => turns[answered++].output, { name, description: 'Reads.', schema: z.looseObject({}) }),
  );
  const graph = new StateGraph(MessagesAnnotation)
    .addNode('model', decide)
    .addNode('tools', new ToolNode(tools))
    .addEdge(START, 'model')
    .addConditionalEdges('model', ({ messages }) => (messages.at(-1).tool_calls?.length ? 'tools' : END))
    .addEdge('tools', 'model')
    .compile({ checkpointer: new MemorySaver() });
  const config = { configurable: { thread_id: 'one' }, recursionLimit: 500 };
  const { messages } = await graph.invoke({ messages: [{ role: 'user', content: task }] }, config);
  if (messages.at(-1).content !== final || answered !== turns.length)
    throw new TypeError('The transcript was not played.');
};

const round = async () => {
  const started = threadCpu();
  for (let count = 0; count < INCIDENTS; count += 1) await incident();
  return { turn: (threadCpu() - started) / INCIDENTS / (turns.length + 1) };
};

for (let count = 0; count < 3; count += 1) await round();
await answerRounds(round);
