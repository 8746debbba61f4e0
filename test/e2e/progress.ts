import { setTimeout as sleep } from 'node:timers/promises';
import { E2eFailure } from './failure.ts';

/** Prints one line. */
export const print = (text: string): void => void process.stdout.write(`${text}\n`);

const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(1)} s`;

/** Does a piece of work and prints what it was and how long it took. */
export const timedStep = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
  const start = performance.now();
  const result = await work();
  print(`  ${seconds(start).padStart(7)}  ${what}`);
  return result;
};

/** Asks until there is an answer. */
export const pollUntil = async <T>(what: string, ask: () => Promise<T | undefined>, patienceSeconds = 60): Promise<T> => {
  const start = performance.now();
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() - start > patienceSeconds * 1000)
      throw new E2eFailure(`Waited ${patienceSeconds} s for ${what}, in vain.`, 'What stands above may say why.');
    await sleep(200);
  }
};
