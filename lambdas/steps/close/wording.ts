import type { How, Operand } from './arithmetic.ts';
import type { Given } from './operands.ts';
import type { Quantity } from './quantities.ts';

/** What the words of a statement say about how a number came about. */

/** Words with which a statement says that a number was computed so. */
const SAID: Readonly<Record<How, RegExp>> = {
  difference:
    /\b(?:more|less|fewer|higher|lower|longer|shorter|faster|slower|larger|smaller|rise|rose|risen|fell|fall|drop\w*|up|down|by|increas\w*|decreas\w*|reduc\w*|grew|grow\w*|points?|extra|addition\w*|another|left|free|remain\w*|spare|unused|idle|headroom|gap|short|missing|lack\w*|above|below|beyond|over|under|later|earlier|sav\w+|difference|instead|added?|gain\w*|lost|los\w+|shr\w+|short of|not|without|rest|burn\w*|consum\w*|spent|drain\w*|freed|jump\w*|climb\w*|step|went|between|against|fail\w*)\b/i,
  sum: /\b(?:total\w*|together|in all|altogether|combined|sum\w*|both|overall|across|between them|plus|cumulative\w*|aggregate|accumulat\w*|made up|add(?:s|ed)? up|takes?|makes?|hold)\b/i,
  product:
    /(?:[×*$]|\b(?:each|every|per|cost\w*|charges?|an?|would|could|need\w*|makes?|times|allow\w*|amounts?|capacity|together|total|up to|attempts|tries|retries|instead|would|annual\w*|year\w*|month\w*|sav\w+)\b)/i,
  quotient:
    /(?:[×\/]|\b\d+x\b|fold\b|\b(?:times|per|each|every|an?|average\w*|mean|factor|ratio|half|third|quarter|doubl\w*|tripl\w*|quadrupl\w*|enough|lasts?|hourly|left)\b)/i,
  share: /./,
  change:
    /\b(?:by|more|less|fewer|higher|lower|longer|larger|smaller|faster|slower|ris\w+|rose|fell|fall\w*|drop\w*|up|down|increas\w*|decreas\w*|reduc\w*|gr[eo]w\w*|gain\w*|lost|over|above|below|chang\w*|sav\w+|cheaper|growth|jump\w*|surg\w*|climb\w*|cut|free|left|unused|idle|remain\w*|not|without|success\w*|succeed\w*|healthy|went|from)\b|[+−(-]/i,
};

/** A word of a computation that takes more than one step. */
export const TWO_STEPS =
  /[×$]|\b(?:would|could|need\w*|cost\w*|sav\w+|total|together|extra|additional|more|per|each|every)\b/i;

/** "From 12 to 418" and "418 instead of 12" are readings: nobody computes them. */
const READING =
  /\b(?:from|instead of|compared (?:to|with)|threshold of|stood at|peaked at|reached|rather than)\s(?:(?:about|around|some|roughly|nearly|over|the)\s)?[~$]?$/i;
const FROM_TO = /\b(?:from)\s[^,;]*\d[^,;]*\sto\s(?:(?:about|around|some|roughly|nearly|over|more than|the)\s)?[~$]?$/i;
const HYPOTHETICAL = /\b(?:would|could|should|rais\w+|going|doubl\w+|sav\w+|if)\b/i;

/** Whether the words in front say that a number was read as it is. */
export const isReading = (statement: string, { start }: Quantity): boolean => {
  const before = statement.slice(0, start);
  return (READING.test(before) || FROM_TO.test(before)) && !HYPOTHETICAL.test(statement);
};

/** Whether the statement says that the number was computed so. */
export const isSaid = ({ how }: Operand, { statement, claim }: Given): boolean => {
  const [before, after] = [statement.slice(0, claim.start), statement.slice(claim.end)];
  if (how === 'share' && /\b(?:by|another|up|down)\s$/.test(before)) return false;
  if (how === 'change' && /^\s(?:of|are|is|were|was)\b/.test(after))
    return /\b(?:free|left|unused|idle|remain\w*|not|without|ok|fine|success\w*|succeed\w*|healthy)\b/i.test(statement);
  return how === undefined || SAID[how].test(statement);
};
