import { createInterface } from 'node:readline';

/**
 * The side of a participant: a process that stays warm and measures one round for each line that it is sent. Rounds of
 * several participants take turns, so that a busy machine hits all of them.
 */
export const answerRounds = async (round: () => Promise<object> | object): Promise<void> => {
  process.stdout.write('ready\n');
  const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  while ((await lines.next()).done !== true) process.stdout.write(`${JSON.stringify(await round())}\n`);
};
