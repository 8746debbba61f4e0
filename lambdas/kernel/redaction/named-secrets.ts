import { spansOf, type Detector } from './spans.ts';

/** Secrets in logs that secretlint does not know, found by the name before them or by their place in a URL. */

const NAMES = [
  'pass(?:word|wd|phrase|code)|[_-]pass',
  // The working directory in a dump of the environment has the same name.
  String.raw`pwd(?!["']?\s{0,3}[=:]\s{0,3}\/)`,
  // Not the "secret:" of an ARN or of our own placeholders.
  String.raw`(?<!:secretsmanager:[^\s:]{0,30}:\d{0,12}:|\[(?=secret:[a-z-]{1,30}(?:#[\da-f]{8})?\]))secret(?:[_-]?(?:access)?[_-]?key|[_-]?(?:string|binary|value))?`,
  '(?:api|access|private|signing|encryption|master|account|shared|auth)[_-]?key',
  '(?:access|refresh|id|auth|session|security|bearer|api|csrf|xsrf)[_-]?token',
  'authorization',
  '(?:set-)?cookie',
  'signature(?==)',
].join('|');

/** Values in the place of a secret that are not secrets. Redacting them would hide a fact from the reader. */
const NO_SECRET =
  /^(?:null|nil|none|undefined|true|false|yes|no|empty|expired|invalid|missing|incorrect|required|wrong|rejected|redacted|hidden|\*+|x{3,}|\.{3}|<[^>]*>|\[(?:redacted|filtered|masked|(?:secret:[\w-]+|card|email|iban|phone)(?:#[\da-f]{8})?)\]?|arn:.*|\$\{[^}]*\}?|\{\{[^}]*(?:\}\})?|\$[A-Z_]+)[.!)\]}]*$/isu;

/** Whether the value after the name of a secret is a secret. */
export const isSecret = (value: string): boolean => !NO_SECRET.test(value);

/** Between name and value, with quotes that may be escaped in turn: `=`, `: `, `=>`, `":"`, `\":\"`, `>` of XML. */
const JOINT = String.raw`(?:\\*["'])?(?:\s{0,3}(?:=>|:=|[=:])\s{0,3}|>)`;
const DOUBLE = String.raw`"(?<it>(?:\\.|[^"\\\n])*)`;
const SINGLE = String.raw`'(?<it>(?:\\.|[^'\\\n])*)`;
/** Quotes inside a quoted text, as in JSON that was logged as a field of JSON. */
const ESCAPED = String.raw`\\+["'](?<it>(?:(?!\\+["'])[^\n])*)`;
/** Up to a blank, a quote, `&` or an escape; a comma, semicolon or bracket ends it where a blank or another name follows. */
const BARE = String.raw`(?:(?:Bearer|Basic|Digest|Token|ApiKey)\s+)?(?<it>(?:(?![,;)}\]](?:\s|$|["']?[\w.-]{1,64}["']?\s?[=:])|\\[nrt"'])[^\s"'&<>])+)`;
/** Unterminated quotes count as well: the line may have been cut. */
const VALUE = `(?:${[DOUBLE, SINGLE, ESCAPED, BARE].join('|')})`;

const NAME = new RegExp(`(?:${NAMES})$`, 'i');

/** Whether a field of this name holds a secret. */
export const namesSecret = (name: string): boolean => NAME.test(name);

const JWT = /\beyJ[\w-]{8,2000}\.eyJ[\w-]{8,8000}\.[\w-]*/dg;
const BEARER = /\bbearer\s+(?<it>[\w.~+/=-]{16,})/dgi;
/** Parsers and paginators use the word `token` too, so the value must look like a secret. */
const TOKEN = /\btoken(?:\\*["'])?\s{0,3}[=:]\s{0,3}(?:\\*["'])?(?<it>(?=[\w.~+/=-]{0,2000}\d)[\w.~+/=-]{20,2000})/dgi;
const URL_PASSWORD =
  /\b[a-z][a-z\d+.-]{1,30}:\/\/[^\s:/@"'<>[\]]{0,128}:(?:(?<it>[^\s"'<>/]{1,200})(?=@)|(?<it>(?!\d{1,5}[/?#])[^\s"'<>]{1,200}?)(?=@))/dgi;
const FLAG = new RegExp(`--[\\w-]{0,40}(?:${NAMES})\\s+${VALUE}`, 'dgi');
const SQL = /\b(?:identified\s+by|password)\s+'(?<it>[^'\n]+)/dgi;
const COOKIE = /\b(?:set-)?cookie(?:\\*["'])?\s{0,3}:\s{0,3}(?:\\*["'])?(?<it>[^\r\n"'\\]+)/dgi;
const STRIPE = /\b(?:[rs]k_(?:live|test)_[A-Za-z\d]{16,}|whsec_[A-Za-z\d+/=]{24,})/dg;
const GOOGLE = /\bAIza[\w-]{35}/dg;
/** Session tokens begin with the same serialized header; a secret key is recognized by the access key id before it. */
const AWS_SESSION = /\b(?:IQoJb3JpZ2lu|FwoGZXIvYXdz|FQoGZXIvYXdz)[A-Za-z\d+/=]{50,}/dg;
const AWS_PAIR = /\bA(?:KI|SI)A[A-Z\d]{16}\W{1,5}(?<it>[A-Za-z\d+/]{40})(?![A-Za-z\d+/=])/dg;
const KEY_BLOCK =
  /-----BEGIN [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----(?:(?!-----BEGIN)[^]){0,12000}?-----END [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----/dg;
const KEY_LINE = /(?<![A-Za-z\d+/=])[A-Za-z\d+/]{40,}={0,2}/dg;

const mixed = (run: string): boolean => /[A-Z]/u.test(run) && /[a-z]/u.test(run);

/** Each line of a key may be a log event of its own, in any order, or the block may be cut: then single lines are redacted. */
const keyLines: Detector = (text) =>
  text.includes('PRIVATE KEY') ? spansOf('secret:private-key', KEY_LINE, mixed)(text) : [];

export const namedSecrets: readonly Detector[] = [
  spansOf('secret:private-key', KEY_BLOCK),
  keyLines,
  spansOf('secret:aws', AWS_PAIR),
  spansOf('secret:aws-session', AWS_SESSION),
  spansOf('secret:stripe', STRIPE),
  spansOf('secret:google', GOOGLE),
  spansOf('secret:jwt', JWT),
  spansOf('secret:url-password', URL_PASSWORD, isSecret),
  spansOf('secret:bearer', BEARER),
  spansOf('secret:cookie', COOKIE, isSecret),
  spansOf('secret:named', new RegExp(`(?:${NAMES})${JOINT}${VALUE}`, 'dgim'), isSecret),
  spansOf('secret:named', FLAG, isSecret),
  spansOf('secret:named', SQL, isSecret),
  spansOf('secret:token', TOKEN),
];
