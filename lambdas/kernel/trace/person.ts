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

/**
 * Whether a claim of who somebody is names the person with this address. It compares mailboxes, because one who may not approve
 * what they asked for could write their own name in another way.
 */
export const isSamePerson = (claim: string, email: string): boolean =>
  addressesIn(claim.normalize('NFKC').replace(INVISIBLE, '')).map(mailbox).includes(mailbox(email));

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
