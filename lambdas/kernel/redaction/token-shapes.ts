import { rules } from '@secretlint/secretlint-rule-preset-recommend';
import { contractBroken } from '../../contracts/errors.ts';
import type { Detector, Span } from './spans.ts';

/**
 * Tokens with a shape of their own (AWS, GitHub, Slack, npm, model vendors, …), by the rules of secretlint's
 * recommended preset. The rules are called as they are, without `@secretlint/core`: core keeps performance
 * marks of every text for ever (17 KB each), until a warm function runs out of memory (docs/decisions/0012).
 */
export const shapedTokens: Detector = (text) =>
  RULES.flatMap(({ rule, kind }) => spansOfRule(rule, kind, text)).toSorted((one, other) => one.start - other.start);

type Rule = (typeof rules)[number];

/**
 * - `filter-comments` obeys `secretlint-disable` in the text: any log line could switch the redaction off.
 * - `basicauth` and `database-connection-string` take the host away with the password, which an SRE needs, and
 *   pass over passwords that look like examples. Ours (`named-secrets.ts`) redact only the password.
 * - `gcp` only reads files.
 */
const LEFT_OUT = ['filter-comments', 'basicauth', 'database-connection-string', 'gcp'];
const PREFIX = '@secretlint/secretlint-rule-';

const RULES = rules
  .map((rule) => ({ rule, name: rule.meta.id.replace(PREFIX, '') }))
  .filter(({ name }) => !LEFT_OUT.includes(name))
  .map(({ rule, name }) => ({ rule, kind: `secret:${name}` }));

/** Access key ids, which are off by default, but not ids of roles and users: CloudTrail identifies callers by them. */
const OPTIONS = { enableIDScanRule: true, allows: ['/^A(?:GP|ID|RO|IP|NP|NV)A/'] };

const spansOfRule = (rule: Rule, kind: string, content: string): Span[] => {
  const spans: Span[] = [];
  const scanner = rule.create(
    {
      sharedOptions: {},
      createTranslator: () => (messageId) => ({ messageId }),
      report: ({ message, range: [start, end] }) => {
        // An account id is not a secret, and an SRE needs it.
        if (message.messageId !== 'AWSAccountID') spans.push({ start, end, kind });
      },
    },
    OPTIONS,
  );
  if (scanner.file?.({ content, ext: '' }) instanceof Promise)
    throw contractBroken(`${rule.meta.id} has become asynchronous.`);
  return spans;
};
