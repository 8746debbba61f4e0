/** Digits that are no quantity: in names, ids, versions, instance types, addresses, dates, clock times and status codes. */

const MONTH_NAME =
  '(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)';

/** A clock time, with seconds or without. */
const CLOCK = /(?<![\d:.])(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?(?![\d:])/g;

const ANYWHERE: readonly RegExp[] = [
  /\b(?:https?:\/\/|arn:)\S+/g,
  /\b[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}\b/gi,
  /\b\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?)?(?:Z|[+-]\d{2}:?\d{2}\b)?/g,
  /(?<![\d/.])\d{1,2}[/.]\d{1,2}[/.](?:\d{4}|\d{2})(?![\d/.]*\d)/g,
  /\b\d{2}-\d{2}(?= \d{2}:\d{2})/g,
  new RegExp(`\\b\\d{1,2}(?:st|nd|rd|th)?\\s(?:of\\s)?${MONTH_NAME}\\b(?:\\s\\d{4}\\b)?`, 'g'),
  new RegExp(`\\b${MONTH_NAME}\\.?\\s\\d{1,2}(?:st|nd|rd|th)?\\b(?!\\s?%)(?:,?\\s\\d{4}\\b)?`, 'g'),
  CLOCK,
  /\b\d{1,2}\s?(?:am|pm|a\.m\.|p\.m\.)(?![\p{L}])/giu,
  /\b\d{1,3}(?:\.\d{1,3}){3}(?:[:/]\d+)?\b/g,
  /(?<![\p{L}\d.,])v?\d+(?:\.\d+){2,}(?:[-+][\w.]+)?/gu,
  /\bv\d+(?:\.\d+)*\b/g,
  // A name with digits in it: i-0a1b2c, t3.small, eu-west-1a, CHG-2041, E5.
  /(?<![\p{L}\p{N}_%$-])(?!p\d{2,3}(?:\.\d)?\b|USD)\p{L}[\p{L}_]*(?:-[\p{L}_]+)*[-#]?\d(?:[\w.-]*\w)?/gu,
  // Hexadecimal: an id or a hash.
  /(?<![\p{L}\p{N}_])(?=[\da-f]*[a-f])(?=[\da-f]*\d)[\da-f]{7,}(?![\p{L}\p{N}_])/giu,
  /(?<![\w.])\d+x?large\b/g,
];

const UNIT_FOLLOWS = '(?!\\s?(?:%|ms\\b|s\\b|[kmgt]i?b\\b|percent|seconds|minutes|hours))';
/** What is numbered, not counted. Only the singular: “error 1205” is a name, “errors 1205” are many. */
const NUMBERED =
  'account|alarm|attempt|build|case|change|channel|code|commit|deployment|error|errno|event|exit(?: code)?|HTTP(?:\\/\\d(?:\\.\\d)?)?|id|incident|instance|issue|item|job|line|node|number|order|page|partition|phase|pid|plan|pod|port|PR|priority|process|region|release|replica|request|revision|rule|run|section|sev|shard|signal|slot|SQLSTATE|stage|status(?: code)?|step|task|thread|ticket|turn|user|version|worker|zone|Node(?:\\.js)?|Python|Java|JDK|Postgres(?:QL)?|MySQL|MariaDB|Redis|Kubernetes|Ubuntu|Debian|TLS|kernel|PHP|Ruby|Go|Kafka|nginx|Terraform';
const CODES = '(?:2(?:00|01|02|04|06)|30[12378]|4(?:0[0-9]|1[0-8]|22|25|29|31|51|99)|50[0-57]|511)';

const AFTER_A_CODE =
  's\\b|(?=\\s(?:errors?|responses?|status|repl(?:y|ies)|answers?|codes?|timeouts?|Gateway|Internal|Bad|Service|Not|Too|OK)\\b)|(?=[.,;:)"]+(?:$|\\s))|(?=$|\\s(?:and|or|from|on|since|after|at|in|for|by|because|when|while|with)\\b)';

const IN_STATEMENTS: readonly RegExp[] = [
  new RegExp(`\\b(?:${NUMBERED})\\s(?:no\\.?\\s|#)?\\d(?:[\\d.]*\\d)?(?![\\d,.]*\\d)${UNIT_FOLLOWS}`, 'g'),
  new RegExp(`(?<![\\w$.,])${CODES}(?:${AFTER_A_CODE})`, 'g'),
  /\b(?:in|since|until|of|year)\s(?:19|20)\d\d(?=[.,;:)]*(?:$|\s(?:and|or|the|was|were|is)\b))/g,
  /\b\d{12}\b/g,
];

/** Stands for what was taken out. */
const BLANK = '□';

/** The text without the digits that are part of a name. A source is read generously: its codes and numbers of things stay. */
export const withoutNames = (text: string, { isSource = false } = {}): string =>
  (isSource ? ANYWHERE : [...ANYWHERE, ...IN_STATEMENTS]).reduce((rest, name) => rest.replace(name, BLANK), text);

/** The clock times in a text, in seconds of the day, each with how it is written. */
export const clockTimesIn = (
  text: string,
): { readonly text: string; readonly seconds: number; readonly exact: boolean }[] =>
  [...text.matchAll(CLOCK)].map(([whole, hours, minutes, seconds]) => ({
    text: whole,
    seconds: Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds ?? 0),
    exact: seconds !== undefined,
  }));

const MOMENT = /\b(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})/g;

/** The moments in a text in seconds: with their days, or clock times if it says no day to the second. */
export const momentsIn = (text: string): number[] => {
  const exact = [...text.matchAll(MOMENT)].map(([, day, time]) => Date.parse(`${day}T${time}Z`) / 1000);
  const clock = clockTimesIn(text.replace(MOMENT, ' ')).map(({ seconds }) => seconds);
  return [...new Set([...exact, ...clock])];
};
