import { Interruption } from '../../local/interruption.ts';
import { errorText } from '../../lib/explain-mistakes.ts';

/** 128 and the number of the signal. */
const EXIT_CODES = { SIGHUP: 129, SIGINT: 130, SIGPIPE: 141, SIGTERM: 143 } as const;
const SIGNALS = ['SIGHUP', 'SIGINT', 'SIGTERM'] as const;

/** The operating system's own reaction, which Node has switched off for SIGPIPE: the command ends, silently. */
export const endWithoutReader = (): void => {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      // A run that has changed something is filed first; see interruptible.
      if (!process.emit('SIGPIPE', 'SIGPIPE')) process.exit(EXIT_CODES.SIGPIPE);
    });
};

/** Runs what can be stopped: the first signal asks it to end, the second one ends the process at once. */
export const interruptible = async (run: (interruption: Interruption) => Promise<void>): Promise<void> => {
  const interruption = new Interruption();
  const stop = (signal: keyof typeof EXIT_CODES): void => {
    if (interruption.signal.aborted) {
      if (process.stdin.isTTY) process.stdin.setRawMode(false);
      process.exit(EXIT_CODES[signal]);
    }
    interruption.stop(EXIT_CODES[signal]);
  };
  const readerGone = (): void => interruption.stop(EXIT_CODES.SIGPIPE);
  for (const signal of SIGNALS) process.on(signal, stop);
  process.on('SIGPIPE', readerGone);
  try {
    await run(interruption);
  } catch (error) {
    if (!interruption.signal.aborted) throw error;
    if (interruption.exitCode !== EXIT_CODES.SIGPIPE) process.stderr.write(`\n${errorText(error)}\n`);
  } finally {
    for (const signal of SIGNALS) process.off(signal, stop);
    // A timer of the flow or a call to a model may still be waiting; nobody waits for it any more.
    if (interruption.signal.aborted) process.exit(interruption.exitCode);
    process.off('SIGPIPE', readerGone);
  }
};
