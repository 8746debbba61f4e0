import * as z from 'zod';

/** What the sources of Checkrein's own events begin with. Such an event counts only in Checkrein's own account. */
export const OWN_SOURCE_PREFIX = 'checkrein';
/** `source` of the event that an agent's own schedule sends. */
export const SCHEDULE_SOURCE = 'checkrein.schedule';
/** `detail-type` of that event. */
export const SCHEDULE_TYPE = 'Schedule';

/** `detail` of that event. */
export const ScheduleDetail = z.looseObject({ agent: z.string().min(1), every: z.string().min(1) });

const WORDS: ReadonlyMap<string, string> = new Map([
  ['hour', 'rate(1 hour)'],
  ['day', 'rate(1 day)'],
  ['week', 'rate(7 days)'],
]);

const MONTH = '(?:JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)';
const DAY = '(?:SUN|MON|TUE|WED|THU|FRI|SAT)';
/** A value, a range, a step, or a list of these. */
const field = (value: string): RegExp => {
  const one = `(?:\\*|${value}(?:-${value})?)(?:/\\d{1,3})?`;
  return new RegExp(`^${one}(?:,${one})*$`);
};
const MINUTE = field('(?:[0-5]?\\d)');
const HOUR = field('(?:[01]?\\d|2[0-3])');
const DATE = field('(?:0?[1-9]|[12]\\d|3[01])');
const MONTHS = field(`(?:0?[1-9]|1[0-2]|${MONTH})`);
const WEEKDAY = field(`(?:[1-7]|${DAY})`);
const YEAR = field('(?:19[7-9]\\d|2[01]\\d\\d)');

const isRate = (text: string): boolean => {
  const [, value = '0', , plural] = /^rate\(([1-9]\d{0,4}) (minute|hour|day)(s?)\)$/.exec(text) ?? [];
  return value === '1' ? plural === '' : value !== '0' && plural === 's';
};

/** Whether these are the six fields of a cron expression of EventBridge: one of the two fields for the day is `?`. */
const isCron = (text: string): boolean => {
  const fields = /^cron\((.+)\)$/.exec(text)?.[1]?.split(' ') ?? [];
  const [minute = '', hour = '', date = '', month = '', weekday = '', year = ''] = fields;
  if (fields.length !== 6) return false;
  const dates = DATE.test(date) || /^(L|LW|\d{1,2}W)$/.test(date);
  const weekdays = WEEKDAY.test(weekday) || /^([1-7]|[A-Z]{3})?L$|^[1-7]#[1-5]$/.test(weekday);
  const day = (date === '?' && weekdays) || (weekday === '?' && dates);
  return MINUTE.test(minute) && HOUR.test(hour) && MONTHS.test(month) && YEAR.test(year) && day;
};

/** How often an agent runs by the clock: a word, or a schedule expression of EventBridge. */
export const Every = z
  .string()
  .refine(
    (text) => WORDS.has(text) || isRate(text) || isCron(text),
    'hour, day or week, or an expression of EventBridge: rate(5 minutes), rate(1 hour), cron(0 8 ? * MON-FRI *) in UTC',
  );

/** The schedule expression of EventBridge for it. */
export const scheduleExpression = (every: string): string => WORDS.get(every) ?? every;
