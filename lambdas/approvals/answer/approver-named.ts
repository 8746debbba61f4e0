import type { Approver } from '../../contracts/approver.ts';

/** Only ASCII letters: `toLowerCase` makes the letter k of the Kelvin sign, so two different names would be the same. */
const folded = (name: string): string => name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

/** The approver of an id or an e-mail address, in whatever case. Undefined if that is nobody, or more than one. */
export const approverNamed = (approvers: readonly Approver[], name: string): Approver | undefined => {
  const wanted = folded(name);
  const [found, ...more] = approvers.filter(({ id, contacts }) =>
    [id, contacts.email].some((one) => folded(one) === wanted),
  );
  return more.length === 0 ? found : undefined;
};
