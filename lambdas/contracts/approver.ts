import * as z from 'zod';
import { POLICY_APPROVER } from './grant.ts';

/** What an id may be made of. Neither `:` nor `#`: grants name policies and checks with the one, rows of the ledger are divided by the other. */
const ID = /^[A-Za-z0-9_+'.@-]{1,254}$/;

const ApproverId = z.string().superRefine((id, context) => {
  const problem = id.toLowerCase().startsWith(POLICY_APPROVER)
    ? `an id that does not begin with ${POLICY_APPROVER}, which is how a grant names a policy that approved in place of people`
    : id.toLowerCase() === 'everyone'
      ? 'another id: messages to all approvers are addressed to "everyone"'
      : ID.test(id)
        ? undefined
        : "an id of at most 254 letters, digits and _ + ' . @ -";
  if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
});

const USER = /^arn:aws[a-z-]*:iam::\d{12}:user\/(?:[\w+=,.@-]+\/)*[\w+=,.@-]{1,64}$/;
const SESSION = /^arn:aws[a-z-]*:sts::\d{12}:assumed-role\/[\w+=,.@-]{1,64}\/[\w+=,.@-]{2,64}$/;

/** Why an ARN is not the identity of one person. Undefined if it can be. */
const notOnePerson = (arn: string): string | undefined => {
  if (USER.test(arn) || SESSION.test(arn)) return undefined;
  if (/:role\/|:assumed-role\/[^/]*\/?$/.test(arn))
    return 'a role with the session name of one person, e.g. arn:aws:sts::123456789012:assumed-role/Operator/ana: a role alone is everybody who may assume it';
  if (arn.endsWith(':root'))
    return 'an ARN of a user or of a session of a role: everybody with the root password is root';
  return 'the exact ARN of a user, e.g. arn:aws:iam::123456789012:user/ana, or of a session of a role, e.g. arn:aws:sts::123456789012:assumed-role/Operator/ana, without wildcards';
};

const IamIdentity = z.string().superRefine((arn, context) => {
  const problem = notOnePerson(arn);
  if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
});

const Written = z.strictObject({
  /** What policies, grants and traces call this person, e.g. `ana`. It must not pass to somebody else. Default: the e-mail address. */
  id: ApproverId.optional(),
  name: z.string().min(1),
  /** Cedar roles, e.g. `sre`, `owner`. */
  roles: z.array(z.string().min(1)).min(1),
  /** Tier 1 is asked first, tier 2 if nobody of tier 1 has answered by the first reminder, and so on. */
  tier: z.int().min(1).max(5).default(1),
  /** Short for `contacts: { email }`. */
  email: z.email().optional(),
  /** Where this person, and nobody else, is reached and recognized. */
  contacts: z
    .strictObject({
      email: z.email().optional(),
      /**
       * The IAM identity that may answer in this person's name by `checkrein approve`: the exact ARN of a user or of a session
       * of a role, as `aws sts get-caller-identity` prints it. Default: none, so they answer on the page only.
       */
      iam: IamIdentity.optional(),
    })
    .default({}),
});

/** A person (or a shared mailbox) who may be asked. Policy decides what they may approve. */
export const Approver = Written.superRefine(({ email, contacts }, context) => {
  const message =
    email === undefined && contacts.email === undefined
      ? 'an e-mail address, as email or contacts.email'
      : email !== undefined && contacts.email !== undefined
        ? 'one e-mail address: either email or contacts.email'
        : undefined;
  if (message !== undefined) context.addIssue({ code: 'custom', path: ['email'], message });
}).transform(({ id, name, roles, tier, email: short = '', contacts: { email = short, iam } }) => ({
  id: id ?? email,
  name,
  roles,
  tier,
  contacts: { email, ...(iam !== undefined && { iam }) },
}));
export type Approver = z.infer<typeof Approver>;

const lower = (text: string): string => text.toLowerCase();

const repeated = (all: readonly (string | undefined)[]): boolean => {
  const given = all.flatMap((one) => (one === undefined ? [] : [lower(one)]));
  return new Set(given).size < given.length;
};

/** How approvers could be taken for one another: one person must count once, and answer in no other name. */
export const approverConfusions = (all: readonly Approver[]): string[] => {
  const borrowed = all.filter(({ id }) =>
    all.some((other) => other.id !== id && lower(other.contacts.email) === lower(id)),
  );
  return [
    ...(repeated(all.map(({ contacts }) => contacts.email))
      ? ['every e-mail address once, in whatever case: one person counts once']
      : []),
    ...(repeated(all.map(({ id }) => id)) ? ['every id once, in whatever case: one person counts once'] : []),
    ...(repeated(all.map(({ contacts }) => contacts.iam))
      ? ['every IAM identity (contacts.iam) once, in whatever case: it answers in the name of one person']
      : []),
    ...borrowed.map(({ id }) => `another id than "${id}", which is the e-mail address of another approver`),
  ];
};

/** The name of a user, or of a session of a role, in its ARN. */
export const iamName = (arn: string): string => arn.split('/').at(-1) ?? arn;

/** The private address of an approver. An id that is no approver's any more is the address where nobody is subscribed. */
export const mailOf = (approvers: readonly Approver[], id: string): string =>
  approvers.find((one) => one.id === id)?.contacts.email ?? id;
