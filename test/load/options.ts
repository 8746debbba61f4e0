import { parseArgs } from 'node:util';
import { InputError } from '../../lambdas/contracts/errors.ts';

/** What happens after the first incidents: see `related-alarms.ts` and `copies.ts`. */
export const STORIES = ['copies', 'instance', 'group', 'metric'] as const;
export type Story = (typeof STORIES)[number];

/** The settings of a load run. */
export interface LoadOptions {
  /** Incidents that are opened at once. Each is one resource under one alarm. */
  readonly incidents: number;
  /** Alarms that they are spread over. With fewer alarms than incidents, one alarm covers several resources. */
  readonly alarms: number;
  /** Further deliveries at the same time: half the same event again, half new events of the same alarm. */
  readonly duplicates: number;
  /** Copies of one alarm that arrive while its incident is open. */
  readonly copies: number;
  /** Which of the stories with `copies` alarms are played. */
  readonly stories: readonly Story[];
  /** Alarms that fire again after their incident was closed. */
  readonly returns: number;
  readonly faults: boolean;
  /** Median time of a turn of the simulated model, in real milliseconds. */
  readonly latency: number;
  readonly seed: number;
}

/** The settings of `npm run load` without arguments. */
export const DEFAULTS: LoadOptions = {
  incidents: 1000,
  alarms: 300,
  duplicates: 500,
  copies: 10_000,
  stories: STORIES,
  returns: 20,
  faults: true,
  latency: 1000,
  seed: 1,
};

export const HELP = `npm run load -- [options]

Opens many incidents at once on this machine: the synthesized state machine, the real steps, a real DynamoDB
API, a simulated account and a simulated model. Then 10,000 copies of one alarm, 10,000 alarms on one instance,
10,000 over the instances of one group and 10,000 on one metric, then alarms that fire again.
Exits with 1 if an event was lost, an incident did not close as expected, or a chain does not verify.

  --incidents <n>    incidents at once (${DEFAULTS.incidents})
  --alarms <n>       alarms that they are spread over (${DEFAULTS.alarms})
  --duplicates <n>   further deliveries of the same alarms at the same time (${DEFAULTS.duplicates})
  --copies <n>       copies of one alarm while its incident is open (${DEFAULTS.copies}; 0 leaves this part out)
  --stories <a,b>    which of these follow the first incidents (${STORIES.join(',')})
  --returns <n>      alarms that fire again after their incident was closed (${DEFAULTS.returns})
  --faults on|off    throttles, lost answers, crashes, steps run twice, model outages (on)
  --latency <ms>     median time of a model turn (${DEFAULTS.latency})
  --seed <n>         seed for the faults and the order of arrival (${DEFAULTS.seed})
  --json             the report as one JSON object
  --help`;

type Numbers = Exclude<keyof LoadOptions, 'faults' | 'stories'>;

const numberOf = (name: Numbers, text: string | undefined, least: number): number => {
  if (text === undefined) return DEFAULTS[name];
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < least)
    throw new InputError(`--${name}`, `${JSON.stringify(text)} is not valid`, `a whole number, ${least} or more`);
  return value;
};

const faultsOf = (text: string | undefined): boolean => {
  if (text !== undefined && text !== 'on' && text !== 'off')
    throw new InputError('--faults', `${JSON.stringify(text)} is not valid`, 'on or off');
  return text !== 'off';
};

const storiesOf = (given: string | undefined): readonly Story[] => {
  if (given === undefined) return DEFAULTS.stories;
  const names = given.split(',');
  const unknown = names.find((name) => !STORIES.some((story) => story === name));
  if (unknown !== undefined)
    throw new InputError('--stories', `there is no ${JSON.stringify(unknown)}`, STORIES.join(', '));
  return STORIES.filter((story) => names.includes(story));
};

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;

/** Reads the command line. */
export const optionsFrom = (args: readonly string[]): { options: LoadOptions; json: boolean; help: boolean } => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      incidents: text,
      alarms: text,
      duplicates: text,
      copies: text,
      stories: text,
      returns: text,
      faults: text,
      latency: text,
      seed: text,
      json: flag,
      help: flag,
    },
  });
  const options: LoadOptions = {
    incidents: numberOf('incidents', values.incidents, 1),
    alarms: numberOf('alarms', values.alarms, 1),
    duplicates: numberOf('duplicates', values.duplicates, 0),
    copies: numberOf('copies', values.copies, 0),
    stories: storiesOf(values.stories),
    returns: numberOf('returns', values.returns, 0),
    faults: faultsOf(values.faults),
    latency: numberOf('latency', values.latency, 0),
    seed: numberOf('seed', values.seed, 0),
  };
  if (options.returns > options.incidents)
    throw new InputError('--returns', `${options.returns} is too many`, `at most --incidents (${options.incidents})`);
  return { options, json: values.json === true, help: values.help === true };
};
