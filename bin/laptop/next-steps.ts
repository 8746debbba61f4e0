import type { RunFiles } from '../../local/run.ts';

/** The flags that make the same run again. */
export interface RepeatedFlags {
  readonly event: string;
  readonly world: string;
  readonly agent?: string;
  readonly model?: string;
  readonly approve: 'ask' | 'yes' | 'no';
  readonly out?: string;
  readonly config?: string;
  readonly tools?: string;
}

/** A word as a shell reads it back. */
const word = (text: string): string => (/^[\w./:@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

/** What somebody may want to do after a run: a sentence for each, and below it a command that can be typed as it stands. */
export const nextSteps = (flags: RepeatedFlags | undefined, { trace, key }: RunFiles): string[] => [
  'What to try next:',
  ...(flags === undefined || flags.approve === 'ask'
    ? []
    : ['  Decide yourself:', ...again(flags).map((line) => `    ${line}`)]),
  '  Check that no byte of the trace was changed:',
  `    npx checkrein trace verify ${word(trace)} \\`,
  `      --key ${word(key)}`,
  '  See the other scenarios; a name after it plays one:',
  '    npx checkrein scenario',
];

/** The same run with a person who answers, an option a line. */
const again = ({ event, world, agent, model, out, config, tools }: RepeatedFlags): string[] => {
  const options = Object.entries({ event, world, agent, model, approve: 'ask', out, config, tools }).flatMap(
    ([name, value]) => (value === undefined ? [] : [`--${name} ${word(value)}`]),
  );
  return ['npx checkrein run', ...options].map(
    (line, index, all) => `${index === 0 ? '' : '  '}${line}${index === all.length - 1 ? '' : ' \\'}`,
  );
};
