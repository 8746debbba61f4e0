import { mayNameSecret, namesCredential, namingOf } from './secret-names.ts';
import { isSecret, looksRandom } from './secret-values.ts';
import { spansOf, type Detector, type Span } from './spans.ts';

/** Secrets in logs that are found by the name before them or by their place in a URL or a header. */

/** What closes a name: quotes, which may be escaped in turn, and brackets. */
const CLOSE = String.raw`(?:\\*["'\`]|[\])]|%5D|&quot;|&#34;|\\*u0022){0,3}`;
const OPERATOR = String.raw`(?:=>|:{1,3}=|\?=|\|\|[:=]?|[.+]=|={1,3}|:{1,2}|<-|->|<<|>|,|%3D|%3A|\\*u003[ade])`;
/** A type between name and value: `token: string =`, `token String =`. */
const TYPE = String.raw`(?:[ \t]{0,3}:[ \t]{0,3}&?(?:'static )?[A-Za-z][\w<>.]{0,20}(?:\[\])?\??[ \t]{0,3}:?=(?![=>])|[ \t]{1,3}[A-Za-z][\w<>.]{0,20}(?:\[\])?[ \t]{1,3}:?=(?![=>]))`;
/** Attributes and fields between a name and its value: `name="x" value="y"`, `"name":"x","value":"y"`. */
const PAIR = String.raw`,?\s{0,12}\\*["']?(?:Parameter)?(?:value|content)\\*["']?[ \t]{0,3}[:=]`;
const XML = String.raw`(?:[ \t]+[\w:.-]{1,40}=(?:"[^"\n]{0,80}"|'[^'\n]{0,80}')){1,4}[ \t]{0,3}>`;
const PLIST = String.raw`</key>\s{0,20}<string>`;
/** Never over the end of a line, except where a pair says what the next line is. */
const JOINT = `(?=(?<all>${CLOSE}(?<joint>${PAIR}|${PLIST}|${XML}|${TYPE}|[ \\t]{0,8}${OPERATOR}|\\()[ \\t]{0,8}))`;
const NAME = String.raw`(?<![\w.$-])(?=(?<name>[\w.$-]{2,160}))\k<name>`;
const NAMED = new RegExp(NAME + JOINT, 'gi');
/** An option or an instruction with a blank before its value: `--api-key x`, `ENV API_KEY x`. */
const SPACED = new RegExp(`${NAME}(?=(?<all>(?<joint>[ \\t]{1,4}(?:is[ \\t]+)?))[\\w"'])`, 'gi');

const DOUBLE = String.raw`"(?<it>(?:\\.|[^"\\\n]){0,12000})`;
const SINGLE = String.raw`'(?<it>(?:\\.|[^'\\\n]){0,12000})`;
const TICKS = '`(?<it>[^`\\n]{0,4000})';
/** Quotes inside a quoted text, as in JSON that was logged as a field of JSON. */
const ESCAPED = String.raw`\\+["'](?<it>(?:(?!\\+["'])[^\n]){0,12000})`;
/** A longer value is cut for the search, which keeps hostile texts cheap, and its rest is added when it is a secret. */
const LONGEST_BARE = 256;
const REST = /[^\s"'`&<>]*/y;
/** Up to a blank, a quote, `&` or an escape; a comma, semicolon or bracket ends it where a blank or another name follows. */
const BARE = String.raw`(?:(?:Bearer|Basic|Digest|Token|ApiKey|SSWS|Bot|key)[ \t]+)?(?<it>(?:(?![,;)}\]](?:\s|$|["']?[\w.-]{1,64}["']?\s?[=:])|\\+[nrt"'])[^\s"'\`&<>]){1,${LONGEST_BARE}})`;
/** A value on lines of its own, as YAML and XML have them, or after a continued line. */
const BLOCK = String.raw`[|>][+-]?\d?[ \t]*\r?\n[ \t]+(?<it>\S{1,4000})|(?<=>[ \t]{0,8})\r?\n[ \t]*(?<it>[^\s<]{1,4000})(?=\s*<\/)|\\\r?\n[ \t]*(?<it>[^\s"']{1,4000})`;
const VALUE = new RegExp(
  String.raw`(?:[A-Za-z_.]{0,24}\(|\[[ \t]{0,3}|[bfruL@$])?(?:${[DOUBLE, SINGLE, TICKS].join('|')})|${ESCAPED}|&quot;(?<it>[^&\s]{1,4000})|${BLOCK}|${BARE}`,
  'diy',
);

/** The words before a name that belong to it: `Api Key`, `client secret`. */
const BEFORE = /(?:(?:[\w.-]{1,30}[ \t]){0,2})$/u;
const CERTAIN_WORDS =
  /(?:^|[^a-z])(?:api|access|private|signing|encryption|master|client|shared|secret|auth|account) (?:access )?(?:key|token|secret)$/iu;

/** How these words end. Few names end so, and the words before the others need not be looked at. */
const ENDING = /(?:key|token|secret)$/iu;

/** The name of a candidate. The `n` of an escaped line break is not part of it. */
const fullName = (text: string, name: string, at: number): string => {
  const escaped = text[at - 1] === '\\' && /^[nrt]/u.test(name) ? name.slice(1) : name;
  if (!ENDING.test(escaped)) return escaped;
  const words = BEFORE.exec(text.slice(Math.max(0, at - 62), at))?.[0] ?? '';
  return CERTAIN_WORDS.test(words + escaped) ? words + escaped : escaped;
};

/** Operators that other things than assignments have as well: the value must look random. */
const WEAK = /^[ \t]*(?:,|\(|->|<-|<<|\|\||[ \t]>|is[ \t]+)?[ \t]*$/u;
const SPACES = /^[ \t]+(?:is[ \t]+)?$/u;
const OPENING = /^(?:\\*["'`]|[\])])+/u;

/** A value without what follows it in a sentence or in its quotes. */
const bareOf = (value: string): string =>
  value.slice(0, LONGEST_BARE).replace(/^[\s`'"]+|(?:\\+[nrt]|[\s.,;:!?)\]}'"`])+$/gu, '');
/** ARNs and our own placeholders have "secret:" in them. */
const IN_ARN = /:secretsmanager:[^\s:]{0,30}:\d{0,12}:$/u;
const PLACEHOLDER = /^\[secret:[\w-]{1,30}(?:#[\da-f]{8})?\]/u;
const isNoName = (text: string, at: number): boolean =>
  IN_ARN.test(text.slice(Math.max(0, at - 64), at)) || PLACEHOLDER.test(text.slice(Math.max(0, at - 1), at + 60));

/** Whether a field of this name, with this value, holds a secret. */
export const holdsSecret = (name: string, value: string, joint = '='): boolean => {
  const naming = namingOf(name);
  if (naming === 'none' || value === '') return false;
  if (naming === 'vendor' && /(?:^|:|\s)$/u.test(joint.replace(/[:=] $/u, '=')) && !namesCredential(name)) return false;
  if (SPACES.test(joint) && /^[\w.-]+[=:]./u.test(value)) return false;
  const random = looksRandom(bareOf(value), naming === 'certain' ? 'likely' : naming);
  if (naming !== 'certain' && !random) return false;
  if (!isSecret(value)) return false;
  if (naming !== 'certain' || WEAK.test(joint.replace(OPENING, ''))) return random;
  return random || !isDoubtful(name, value, joint);
};

/** Test counts, directories and prose after a name that is certain elsewhere. */
const isDoubtful = (name: string, value: string, joint: string): boolean => {
  if (/^pass$/iu.test(name)) return !joint.includes('=') || /^[\d.,%]+$/u.test(value);
  if (/^(?:old)?pwd$/iu.test(name)) return /^(?:\/|[a-z]:)/iu.test(value);
  if (/^secret$/iu.test(name)) return /^[a-z\d.-]+\/[a-z\d./-]+$/u.test(value);
  if (/key$/iu.test(name)) return /^[a-z]{1,12}[.,;]?$/u.test(value) && !joint.includes('=');
  return false;
};

/** Start and end of the value at a position. */
const valueAt = (text: string, at: number): [number, number] => {
  VALUE.lastIndex = at;
  return VALUE.exec(text)?.indices?.groups?.['it'] ?? [at, at];
};

/** The end of a value whose search was cut. */
const wholeEnd = (text: string, start: number, end: number): number => {
  REST.lastIndex = end;
  return end - start < LONGEST_BARE ? end : end + (REST.exec(text)?.[0].length ?? 0);
};

const candidates =
  (pattern: RegExp): Detector =>
  (text) => {
    const spans: Span[] = [];
    let covered = 0;
    for (const match of text.matchAll(pattern)) {
      const { name = '', all = '' } = match.groups ?? {};
      if (match.index < covered) continue;
      const called = fullName(text, name, match.index);
      if (namingOf(called) === 'none' || isNoName(text, match.index)) continue;
      const [start, end] = valueAt(text, match.index + name.length + all.length);
      if (start >= end || !holdsSecret(called, text.slice(start, end), all)) continue;
      covered = wholeEnd(text, start, end);
      spans.push({ start, end: covered, kind: 'secret:named' });
    }
    return spans;
  };

/** `--password x`, where any value counts. */
const FLAG = /(?<![\w-])--?(?<name>[\w-]{2,60})[ \t]+(?:"(?<it>[^"\n]+)|'(?<it>[^'\n]+)|(?<it>[^\s"'-][^\s"']*))/dg;
const flags: Detector = (text) =>
  [...text.matchAll(FLAG)].flatMap((match) => {
    const [start, end] = match.indices?.groups?.['it'] ?? [0, 0];
    const { name = '' } = match.groups ?? {};
    return holdsSecret(name, text.slice(start, end)) ? [{ start, end, kind: 'secret:named' }] : [];
  });

/** Most texts name no secret, and are not searched further. */
const NAMES = [candidates(NAMED), flags, candidates(SPACED)];
const names: Detector = (text) => (mayNameSecret(text) ? NAMES.flatMap((detect) => detect(text)) : []);

const BEARER = /\b(?:bearer|ssws)\s+(?<it>[\w.~+/=-]{16,})/dgi;
const URL_PASSWORD =
  /\b[a-z][a-z\d+.-]{1,30}:\/\/[^\s:/@"'<>[\]]{0,128}:(?:(?<it>[^\s"'<>/]{1,200})(?=@)|(?<it>(?!\d{1,5}[/?#])[^\s"'<>]{1,200}?)(?=@))/dgi;
const URL_TOKEN = /\bhttps?:\/\/(?<it>[\w~+=-]{20,200})@/dgi;
const SQL = /\b(?:identified\s+by|password)\s+'(?<it>[^'\n]+)/dgi;
const COOKIE = /\b(?:set-)?cookie(?:\\*["'])?[ \t]{0,3}:[ \t]{0,3}(?:\\*["'])?(?<it>(?![{[ \t])[^\r\n"'\\]+)/dgi;
const SESSION_COOKIE =
  /(?<![\w-])(?:jsessionid|phpsessid|asp\.net_sessionid|aspsessionid\w{1,10}|connect\.sid|[\w-]{0,40}_session|session|sessionid|sess|sid|csrftoken|xsrf-token|awsalb(?:cors)?auth\w*|wordpress_logged_in_\w{1,40}|remember_token|laravel_session)=(?<it>[\w.~+/%:|-]{16,4000}={0,2})/dgi;
const DEFINITE_COOKIE = (value: string): boolean => looksRandom(value, 'likely') || /^[\da-f]{26,}$/iu.test(value);

export const namedSecrets: readonly Detector[] = [
  spansOf('secret:url-password', URL_PASSWORD, isSecret),
  spansOf('secret:url-password', URL_TOKEN, (value) => looksRandom(value, 'likely')),
  spansOf('secret:bearer', BEARER),
  spansOf('secret:cookie', COOKIE, isSecret),
  spansOf('secret:cookie', SESSION_COOKIE, DEFINITE_COOKIE),
  names,
  spansOf('secret:named', SQL, isSecret),
];
