import { randomUUID } from 'node:crypto';
import { InputError } from '../../lambdas/contracts/errors.ts';
import type { JsonObject } from '../../lambdas/contracts/json.ts';
import type { AccountRegion } from '../../lambdas/contracts/ports.ts';
import { QUESTION_SOURCE, QUESTION_TYPE, QuestionDetail } from '../../lambdas/contracts/question.ts';
import type { LaptopFlags } from './laptop-flags.ts';

/** Flags of `checkrein ask`, as commander passes them. */
export interface AskFlags extends LaptopFlags {
  readonly agent?: string;
  readonly account?: string;
  readonly region?: string;
  readonly as?: string;
  readonly stack: string;
  readonly wait?: boolean;
  readonly json?: boolean;
}

interface Asking {
  readonly askedBy: string;
  readonly home: AccountRegion;
  readonly time: Date;
  /** What a question is about that does not say so. Undefined: where Checkrein is. */
  readonly about?: AccountRegion | undefined;
}

/** The event that asks a question. */
export const questionEvent = (
  question: string,
  { askedBy, home, time, about }: Asking,
  { agent, account, region }: Pick<AskFlags, 'agent' | 'account' | 'region'>,
): JsonObject => {
  const given = account !== undefined || region !== undefined;
  const location = given ? { account: account ?? home.account, region: region ?? home.region } : about;
  return {
    version: '0',
    id: randomUUID(),
    source: QUESTION_SOURCE,
    'detail-type': QUESTION_TYPE,
    account: home.account,
    region: home.region,
    time: time.toISOString(),
    resources: [],
    detail: checked({
      question,
      askedBy,
      ...(agent !== undefined && { agent }),
      ...(location !== undefined && { location: { account: location.account, region: location.region } }),
    }),
  };
};

const FLAG_OF: ReadonlyMap<string, string> = new Map([
  ['askedBy', '--as'],
  ['agent', '--agent'],
  ['account', '--account'],
  ['region', '--region'],
]);

/** Open would refuse the same detail, by the names of its fields; a person reads which flag is wrong. */
const checked = (detail: JsonObject): JsonObject => {
  const parsed = QuestionDetail.safeParse(detail);
  if (parsed.success) return detail;
  const [issue] = parsed.error.issues;
  const flag = FLAG_OF.get(String(issue?.path.at(-1))) ?? '<question>';
  throw new InputError(flag, 'this value cannot be used', issue?.message ?? 'another value', parsed.error);
};
