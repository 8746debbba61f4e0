import { setTimeout as sleep } from 'node:timers/promises';
import { E2eFailure } from './failure.ts';

/** Prints one line. */
export const print = (text: string): void => void process.stdout.write(`${text}\n`);

const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(1)} s`;

/** Runs a step of the test and prints its name and how long it took. */
export const timedStep = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
  const start = performance.now();
  const result = await work();
  print(`  ${seconds(start).padStart(7)}  ${what}`);
  return result;
};

/** Repeats a query until it returns something. */
export const pollUntil = async <T>(
  what: string,
  ask: () => Promise<T | undefined>,
  timeoutSeconds = 60,
): Promise<T> => {
  const start = performance.now();
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() - start > timeoutSeconds * 1000)
      throw new E2eFailure(`Waited ${timeoutSeconds} s in vain for ${what}.`, 'The output above may say why.');
    await sleep(200);
  }
};
