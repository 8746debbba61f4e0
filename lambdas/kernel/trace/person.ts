import { iamName, type Approver } from '../../contracts/approver.ts';

/** An e-mail address in a text, with whatever stands around it left out. */
const ADDRESS = /[^\s<>"'()[\],;:|@]+@[^\s<>"'()[\],;:|@]+/g;
/** Characters that nobody sees: a name with one of them looks like the name without it. */
const INVISIBLE = /\p{Cf}/gu;

const addressesIn = (text: string): string[] => text.match(ADDRESS) ?? [];

/** Other spellings of one mailbox: full-width letters, capitals, a part after `+`, a dot at the end. */
const mailbox = (address: string): string => {
  const [local = '', domain = ''] = address.toLowerCase().split('@');
  return `${local.split('+', 1).join('')}@${domain.replace(/\.+$/, '')}`;
};

/** What an approver is known by. */
export type Person = Pick<Approver, 'id' | 'contacts'>;

/** The words of a text, as names are compared: without what stands around them, in small letters. */
const wordsIn = (text: string): string[] =>
  text
    .toLowerCase()
    .split(/[\s<>"'()[\];:|/\\]+/)
    .flatMap((word) => [word, ...word.split(',')].map((part) => part.replace(/[.,]+$/, '')));

/**
 * Whether a claim of who somebody is names this person: by their address, id, or name in IAM. It compares mailboxes and whole
 * words in whatever case, because one who may not approve what they asked for could write their own name in another way.
 */
export const isSamePerson = (claim: string, { id, contacts: { email, iam } }: Person): boolean => {
  const text = claim.normalize('NFKC').replace(INVISIBLE, '');
  const names = [id, email, ...(iam === undefined ? [] : [iamName(iam)])];
  const mailboxes = addressesIn(text).map(mailbox);
  const words = wordsIn(text);
  return names.some((name) =>
    name.includes('@') ? mailboxes.includes(mailbox(name)) : words.includes(name.toLowerCase()),
  );
};

/** Longer names are none. */
const NAME_LENGTH = 200;

/**
 * A claim of who somebody is, as it is recorded: its addresses stay, since approvals are compared with them; a secret in the rest
 * does not. `clean` redacts a text.
 */
export const recordedPerson = (claim: string, clean: (text: string) => string): string => {
  const rest = claim.replace(ADDRESS, ' ');
  if (claim.length <= NAME_LENGTH && clean(rest) === rest) return claim;
  const short = clean(rest).replace(/\s+/g, ' ').trim().slice(0, NAME_LENGTH).toWellFormed();
  // A few addresses are enough: a claim with hundreds of them names nobody.
  return [short, ...addressesIn(claim).slice(0, 5)].filter((part) => part !== '').join(' ');
};
