import { redactedText } from '../../kernel/redaction/redactor.ts';

/** Characters of what a tool adds to a refusal: a patch of a few dozen lines. */
const LIMIT = 4000;

const CUT = `\n… The rest is left out: this is longer than ${LIMIT} characters, so it is not to be committed as it stands.`;

/** What a tool adds to a refusal, as it is recorded. Half of a patch is none, and must not pass for one. */
export const insteadText = (found: string): string => {
  const text = redactedText(found);
  return text.length <= LIMIT ? text : `${text.slice(0, LIMIT - CUT.length)}${CUT}`;
};
