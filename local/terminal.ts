import { createInterface } from 'node:readline/promises';
import { CTRL_C, type Interruption } from './interruption.ts';

/** What was typed before the question came arrives at once, or within this time after the last of it. */
const QUIET_MS = 150;
const CTRL_C_BYTE = 3;

/**
 * Reads and forgets what was typed before the question was put: somebody who pressed Enter twice, or typed into the
 * wrong window, has not answered it. In raw mode the terminal hands over unfinished lines too. Ctrl-C still counts.
 */
const discardTypedAhead = (interruption: Interruption): Promise<void> =>
  new Promise((resolve) => {
    const { stdin } = process;
    const done = (): void => {
      stdin.off('data', forget);
      stdin.pause();
      resolve();
    };
    let timer = setTimeout(done, QUIET_MS);
    const forget = (typed: Uint8Array | string): void => {
      if (Buffer.from(typed).includes(CTRL_C_BYTE)) interruption.stop(CTRL_C);
      clearTimeout(timer);
      timer = setTimeout(done, QUIET_MS);
    };
    stdin.setRawMode(true);
    stdin.on('data', forget);
    stdin.resume();
  });

/** Puts a question in the terminal and reads a line. Ctrl-C and the end of the input (Ctrl-D) end the run. */
export const askTerminal = async (
  question: string,
  answered: AbortSignal,
  interruption: Interruption,
): Promise<string> => {
  const stop = (): void => interruption.stop(CTRL_C);
  try {
    await discardTypedAhead(interruption);
    const signal = AbortSignal.any([answered, interruption.signal]);
    signal.throwIfAborted();
    const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: true, historySize: 0 });
    lines.once('SIGINT', stop).once('close', stop);
    try {
      return (await lines.question(question, { signal })).trim();
    } finally {
      lines.off('close', stop);
      lines.close();
    }
  } finally {
    process.stdin.setRawMode(false);
  }
};
