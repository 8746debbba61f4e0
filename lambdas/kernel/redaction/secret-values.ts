import type { Naming } from './secret-names.ts';

/** Which values are secrets, once the name before them says that they could be. */

/** Words in the place of a secret: what became of it, or prose. Redacting them would hide a fact from the reader. */
const WORDS =
  'null|nil|none|undefined|true|false|yes|no|on|off|ok|n/?a|empty|expired|invalid|missing|incorrect|required|optional|wrong|rejected|redacted|hidden|masked|denied|failed|failure|success|succeeded|granted|allowed|accepted|enabled|disabled|provided|present|absent|set|unset|changed|updated|rotated|created|deleted|revoked|refreshed|verified|unauthorized|forbidden|basic|bearer|digest|negotiate|password|secrets?|token|key|unknown|default|plaintext|string|str|text|bytes|object|optional\\[.*|' +
  'is|was|are|has|have|had|not|no|must|should|cannot|could|can|will|would|does|did|do|the|a|an|for|from|of|in|to|at|and|or|with|by|this|that|your|you|it|we|please|user|too|does|authentication|attempt|length|minimum|see|use|using|when|while|because|if|error|warning|unable|skipping';

const NO_SECRET = new RegExp(
  String.raw`^(?:${WORDS}|\*+|[{[(]+|x{3,}|•+|\.{3}|<[^>]*>|\[(?:redacted|filtered|masked|hidden|(?:secret:[\w-]+|card|email|iban|phone)(?:#[\da-f]{8})?)\]?|arn:.*|alias/.*|\$\{[^}]*\}?|\{\{[^}]*(?:\}\})?|\$\(.*|\$[A-Z_a-z]+|%[sdvq]|%\([\w.]+\)s|![A-Z]\w+|\{resolve:.*|(?:process\.env|os\.environ|os\.getenv|System\.getenv|secrets?\.|env\.|vars?\.|config\.|self\.|this\.|props\.|settings\.)[\w.[\]"'()-]*|(?:get|fetch|load|read|require|prompt|decode)\w*\(.*|env\(.*|vault:.*|(?:file:)?(?:~|\.{1,2})?/(?:etc|run|var|home|opt|usr|mnt|tmp|app|secrets?|root|data|srv|proc|dev|[\w.-]+/)[^\s"']*|[a-z]:\\.*)[.,!?:;)\]}]*$`,
  'isu',
);
/** The name of an environment variable. */
const VARIABLE = /^[A-Z][A-Z\d]*(?:_[A-Z\d]+)+$/u;

/** Whether the value after the certain name of a secret is a secret. */
export const isSecret = (value: string): boolean => !NO_SECRET.test(value) && !VARIABLE.test(value);

const UUID = /^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/iu;
const WORDY = /^(?:[a-z]+|[A-Z]+|[A-Z]?[a-z]+(?:[A-Z][a-z]+){1,6})?\d{0,4}$|^v?\d+$/u;
/** Ids, digests, addresses, times, versions, files and hosts. */
const KNOWN = [
  /^(?:i|vol|ami|snap|sg|sgr|subnet|vpc|vpce|eni|rtb|igw|nat|eipalloc|acl|lt|fs|pcx|tgw|mrk|ip|db|cluster|pod|req|app|svc|sha1|sha256|sha384|sha512|md5)[-_:][\da-f-]{8,}/iu,
  /^(?:sha1|sha256|sha384|sha512|md5)[:-]/iu,
  /^0x[\da-f]{1,20}$/iu,
  /^arn:|:\/\//u,
  /^\d{4}-?\d\d-?\d\d(?:$|[T ])/u,
  /^v?\d+(?:\.\d+){1,3}(?:[-+:/].*)?$/u,
  /^[\d.,:+-]+(?:[a-z]{1,3}|%)?$/iu,
  /^[\da-f:]*::[\da-f:]*(?:\/\d+)?$/iu,
  /\.(?:com|net|org|io|internal|local|dev|cloud|aws|svc|app|eu|uk|de|html?|js|ts|java|py|go|rb|php|gz|zip|log|json|ya?ml|txt|pem|key|crt|cer|p12|jks|xml|png|jpe?g|css|tf|sh|conf|cfg|ini|properties|lock|md|csv|parquet|tar|jar|so|exe|dll|sql)(?::\d+)?$/iu,
];

const isPath = (value: string): boolean => {
  const parts = value.split('/');
  if (parts.length < 2) return false;
  const wordy = parts.filter((part) => part.split(/[-_.:=]+/u).every((word) => WORDY.test(word)));
  if (parts.some((part) => part.length >= 16 && [/[a-z]/u, /[A-Z]/u, /\d/u].every((kind) => kind.test(part))))
    return false;
  return /^[~.]{0,2}\//u.test(value) || wordy.length * 2 > parts.length;
};

/** Letters alone: their case changes as often as it does by chance, or they cannot be spoken. */
const isScrambled = (value: string, naming: Naming): boolean =>
  (value.length >= 16 && (value.match(/[a-z][A-Z]|[A-Z][a-z]/g) ?? []).length * 4 >= value.length) ||
  (naming === 'vendor' ? /[bcdfghjklmnpqrstvwxz]{5}/iu : /[bcdfghjklmnpqrstvwxz]{6}/iu).test(value);

const MIXED = /\d/u;
const LETTER = /[a-z]/iu;
const LENGTH: Readonly<Record<Naming, number>> = { certain: 1, vendor: 12, likely: 10, doubtful: 20, none: Infinity };

/** Whether a value looks like one that a machine drew, and not like an id, a number, a path or words. */
export const looksRandom = (value: string, naming: Naming): boolean => {
  if (value.length < LENGTH[naming] || !/^[\w.~+/=:%|!@^*-]+$/u.test(value)) return false;
  if (UUID.test(value)) return naming !== 'doubtful';
  if (naming === 'vendor' && /^\d{14,20}$/u.test(value)) return true;
  if (naming === 'doubtful' && !(/[A-Z]/u.test(value) && /[a-z]/u.test(value) && !value.includes('/'))) return false;
  if (KNOWN.some((known) => known.test(value)) || isPath(value) || new Set(value).size < 6) return false;
  if (!LETTER.test(value)) return false;
  if (!MIXED.test(value)) return isScrambled(value, naming);
  return !value.split(/[-_.:/+=~|%]+/u).every((word) => WORDY.test(word));
};
