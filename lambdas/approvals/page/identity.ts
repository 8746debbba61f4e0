import { approverNamed } from '../answer/approver-named.ts';
import { errorResponse, type PageRequest, type PageResponse } from './responses.ts';
import type { PagePorts } from './page-view.ts';

/** Who sent a request. `approver`: the id of the approver whom the team's proxy signed; undefined if no proxy says it. */
export type Sender = { readonly approver: string | undefined } | { readonly refusal: PageResponse };

/** Refuses whatever the team's proxy did not sign for one of the approvers. Without such a proxy, anybody may open the page. */
export const senderOf = async ({ headers }: PageRequest, { identify, rules }: PagePorts): Promise<Sender> => {
  if (identify === undefined) return { approver: undefined };
  const identified = await identify(headers);
  if (identified.kind !== 'person')
    return { refusal: errorResponse(identified.kind === 'refused' ? 403 : 503, identified.reason) };
  const approver = approverNamed(rules.settings.approvers, identified.name);
  if (approver !== undefined) return { approver: approver.id };
  return { refusal: errorResponse(403, `You are signed in as ${identified.name}, who is not one of the approvers.`) };
};
