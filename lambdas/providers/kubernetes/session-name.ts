import { contractBroken } from '../../contracts/errors.ts';

/** What a session may do: only dry runs, the change, or its rollback. */
export type SessionMode = 'dry' | 'apply' | 'undo';

/** What a session name says. The cluster reads it from the end of the user's name. */
export interface SessionSubject {
  readonly mode: SessionMode;
  /** The name of the tool. It has no hyphens, so that the parts can be told apart. */
  readonly operation: string;
  readonly uid: string;
}

const UID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** STS allows 64 characters. */
const LONGEST = 64;

/**
 * `MODE-OPERATION-UID`, the session name of one change. An EKS access entry puts it at the end of the user's name, where the
 * admission policy compares it with the request: so it is never shortened.
 */
export const sessionNameOf = ({ mode, operation, uid }: SessionSubject): string => {
  const name = `${mode}-${operation}-${uid}`;
  if (!UID.test(uid) || !/^[a-z][a-z_]{0,20}$/.test(operation) || name.length > LONGEST)
    throw contractBroken(
      `A change cannot be bound to its target by the session name ${JSON.stringify(name)}; expected a mode, a tool of at most 21 of a-z and _, and the UID of the object.`,
    );
  return name;
};
