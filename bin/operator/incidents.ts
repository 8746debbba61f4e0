import { InputError } from '../../lambdas/contracts/errors.ts';
import { named, ours, plain, sentence, type PlainText } from '../../lambdas/kernel/trace/outside-text.ts';
import { minuteOf } from '../../lambdas/kernel/trace/plan-text.ts';
import type { IncidentSummary } from '../io/incident-summary.ts';
import { printer, printJson } from '../io/output.ts';
import { openSource, type SourceFlags } from '../io/source-flags.ts';
import { tableLines } from '../io/table.ts';
import type { IncidentList } from '../io/trace-source.ts';

export interface IncidentsFlags extends SourceFlags {
  readonly limit: string;
  readonly since?: string;
  readonly open?: boolean;
  readonly json?: boolean;
}

const MAX_LIMIT = 500;

/** Lists incidents, newest first. */
export const listIncidents = async (flags: IncidentsFlags): Promise<void> => {
  const bounds = {
    limit: limitIn(flags.limit),
    since: flags.since === undefined ? undefined : sinceIn(flags.since, new Date()),
    onlyOpen: flags.open === true,
  };
  const source = await openSource(flags);
  const list = await source.list(bounds);
  if (flags.json === true) {
    printJson(list);
    return;
  }
  const print = printer(false);
  for (const line of inWords(list)) print(line);
};

const limitIn = (text: string): number => {
  const limit = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= MAX_LIMIT) return limit;
  throw new InputError('--limit', `${JSON.stringify(text)} is not such a number`, `a number from 1 to ${MAX_LIMIT}`);
};

const MILLISECONDS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };
const DATE = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?)?Z?$/;

/** A time in the past: an age such as 24h, or a date in UTC. */
export const sinceIn = (text: string, now: Date): Date => {
  const [, count = '', unit = ''] = /^(\d{1,5})([mhd])$/.exec(text) ?? [];
  const age = MILLISECONDS[unit];
  if (age !== undefined) return new Date(now.getTime() - Number(count) * age);
  const zone = text.includes('T') && !text.endsWith('Z') ? 'Z' : '';
  const date = new Date(DATE.test(text) ? text + zone : Number.NaN);
  if (!Number.isNaN(date.getTime())) return date;
  throw new InputError(
    '--since',
    `${JSON.stringify(text)} is neither an age nor a date`,
    '90m, 24h, 7d, or a date in UTC such as 2026-11-20 or 2026-11-20T09:00',
  );
};

const outcomeOf = ({ open, outcome }: IncidentSummary): string => (open ? 'open' : (outcome ?? 'unclear'));

/** Characters of a title in the table. */
const TITLE_LIMIT = 60;

/** What it is about, with its kind unless it is an alarm: `question "why is checkout slow?"`. */
const aboutOf = ({ about, subject }: IncidentSummary): PlainText => {
  const name = about === null ? plain`-` : named(about, TITLE_LIMIT);
  return subject === null || subject.kind === 'alarm' ? name : plain`${ours(subject.kind)} ${name}`;
};

/** Names of executions that EventBridge started have 73 characters, so each stands on a line of its own. */
const inWords = ({ incidents, withoutTrace, complete }: IncidentList): PlainText[] => {
  const rows = incidents.map((one) => [
    String(minuteOf(one.since)),
    outcomeOf(one),
    String(plain`${one.agent ?? '-'}`),
    String(aboutOf(one)),
  ]);
  const table = tableLines([['SINCE', 'OUTCOME', 'AGENT', 'ABOUT'], ...rows]).map(ours);
  const listed = table.flatMap((line, at) => {
    const one = incidents[at - 1];
    if (one === undefined) return [line];
    const problem = one.problem === undefined ? [] : [plain`  ${sentence(one.problem)}`];
    return [line, plain`  ${one.incident}`, ...problem];
  });
  return [
    ...(incidents.length === 0 ? [plain`No incidents.`] : listed),
    ...(withoutTrace === 0
      ? []
      : [plain`\nNot listed: ${withoutTrace} without a trace of their own, which joined an open incident.`]),
    ...(complete ? [] : [plain`\nThere are more. See --limit and --since.`]),
  ];
};
