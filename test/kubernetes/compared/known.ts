import type { FoundDifference } from './pair.ts';

/** A difference that stays, and why. */
export interface KnownDifference {
  /** In what it is found. */
  readonly in: RegExp;
  readonly path: RegExp;
  readonly reason: string;
}

/** What the simulator answers otherwise on purpose. A line whose difference is gone fails. */
export const KNOWN: readonly KnownDifference[] = [
  {
    in: /names the owners.*request 3: the error of|the admission policy.*request 14: the error of/,
    path: /./,
    reason:
      'The simulator does not check that a field that must be there is there: tools change objects that are whole.',
  },
  {
    in: /(does not fit.*request 6|of another kind.*request 7): the error of/,
    path: /^$/,
    reason:
      'The simulator refuses to replace a field that is not there; the server makes one, and drops it where its name is unknown. Tools replace what they have read.',
  },
  {
    in: /does not fit.*request (8|12): the error of/,
    path: /^(message|details\.causes)/,
    reason:
      'The simulator names the first thing that is wrong with a selector or UID; the server names what follows from it, too.',
  },
  {
    in: /(does not fit.*request 10|the admission policy.*request 17): the error of/,
    path: /^(message|details)/,
    reason: 'Of a quantity that cannot be read, the server repeats the whole object in its message.',
  },
  {
    in: /lists are narrowed.*request 10: the error of/,
    path: /^message/,
    reason: 'A selector that cannot be read is refused in other words. Tools make theirs from parsed labels.',
  },
  {
    in: /lists are narrowed.*request 11: the error of/,
    path: /^$/,
    reason: 'The simulator narrows by any field; the server knows few of each kind.',
  },
  {
    in: /lists are narrowed.*request 12: the error of/,
    path: /^message/,
    reason: 'A token of a page is made by the server, each by its own rule.',
  },
];

/** Whether a line is about a difference. */
export const isKnown = (line: KnownDifference, found: FoundDifference): boolean =>
  line.in.test(found.in) && line.path.test(found.path);
