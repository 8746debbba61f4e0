import type { Approver } from '../../contracts/approver.ts';
import { FAMILY } from '../../contracts/ledger-keys.ts';
import { LinkRequest } from '../../contracts/link-request.ts';
import { contractBroken } from '../../contracts/errors.ts';
import type { Ledger, MacGenerator, Notifier, StepPorts } from '../../contracts/ports.ts';
import { sent } from '../../kernel/model/notify.ts';
import type { PolicyEngine } from '../../kernel/policy/engine.ts';
import { Journal } from '../../kernel/trace/journal.ts';
import { lastOf } from '../../kernel/trace/queries.ts';
import { signLink } from '../answer/approval-link.ts';
import { approverNamed } from '../answer/approver-named.ts';
import { outcomeOf } from '../answer/outcome.ts';
import { entitlement, findQuestion, type OpenQuestion } from '../answer/question.ts';
import { approvalMessage } from '../ask/message.ts';
import { requestNumber } from '../ask/request.ts';

/** Links that are sent on request: anybody can press the button, and each link is a mail and an event on the trace. */
export const LINKS = { ofAnApprover: 3, ofAQuestion: 20 };

export interface SendLinkPorts extends StepPorts {
  readonly policy: PolicyEngine;
  /** Signs links, as Ask does. */
  readonly linkMac: MacGenerator;
  readonly notifier: Notifier;
}

/** What became of a request, for the log. Whoever made it never learns this. */
export type LinkSent = { readonly sent: boolean; readonly reason: string };

const notSent = (reason: string): LinkSent => ({ sent: false, reason });

/**
 * Sends an approver their own link, to the contact that is theirs alone. The page passes on what anybody typed, so all
 * that matters is checked here, and nothing is answered: neither who approves nor what is open can be found out.
 */
export const sendLink = async (raw: unknown, ports: SendLinkPorts): Promise<LinkSent> => {
  const request = LinkRequest.safeParse(raw);
  if (!request.success) throw contractBroken(`The request for a link cannot be read: ${request.error.message}`);
  const { approvalId, requestId } = request.data;
  const approver = approverNamed(ports.rules.settings.approvers, request.data.approver);
  if (approver === undefined) return notSent('The name that was given is not that of an approver.');
  const question = await findQuestion(ports.ledger, approvalId);
  if (question === undefined) return notSent('There is no such approval request.');
  const { incidentId, pageUrl } = question;
  if (pageUrl === undefined) return notSent('An earlier version asked; its question does not say where the page is.');
  // The request names the entry: Lambda may deliver it again, and then the recorded event is found.
  const journal = await Journal.open(ports, requestId, { incidentId, seq: 0 });
  if (journal.upcoming !== undefined) return notSent('This request was answered before.');
  const refusal = (await notOpen(approvalId, question, ports)) ?? notEntitled(approver, question, ports);
  if (refusal !== undefined) return notSent(refusal);
  if (!(await takePlace(ports.ledger, approvalId, approver)))
    return notSent('Too many links were sent on request for this approval request.');
  return send({ approver, question, pageUrl, journal }, ports);
};

const notOpen = async (
  approvalId: string,
  { events, asked }: OpenQuestion,
  { ledger, clock }: SendLinkPorts,
): Promise<string | undefined> => {
  if (lastOf(events, 'incident.closed') !== undefined) return 'The incident is closed.';
  if (!(Date.parse(asked.expiresAt) > clock.now().getTime())) return 'The approval request has expired.';
  return (await outcomeOf(ledger, approvalId)) === undefined ? undefined : 'The approval request was decided.';
};

/** Those whom Ask would ask, of whatever tier. */
const notEntitled = ({ id }: Approver, question: OpenQuestion, ports: SendLinkPorts): string | undefined => {
  const breakGlass = lastOf(question.events, 'plan.judged')?.data.freeze !== undefined;
  const entitled = entitlement(ports, id, question, breakGlass);
  return entitled.mayApprove ? undefined : `Policy does not let this person approve: ${entitled.reason}`;
};

const takePlace = async (ledger: Ledger, approvalId: string, { id }: Approver): Promise<boolean> => {
  const ofOne = `to#${id}`;
  const { added } = await ledger.add(
    { family: FAMILY.link, id: approvalId },
    { sent: 1, [ofOne]: 1 },
    { sent: LINKS.ofAQuestion, [ofOne]: LINKS.ofAnApprover },
  );
  return added;
};

interface Sending {
  readonly approver: Approver;
  readonly question: OpenQuestion;
  readonly pageUrl: string;
  readonly journal: Journal;
}

/** The same message as Ask's, with the expiry of the question itself. */
const send = async ({ approver, question, pageUrl, journal }: Sending, ports: SendLinkPorts): Promise<LinkSent> => {
  const { asked, planned } = question;
  const { approvalId, expiresAt } = asked;
  const { event } = await journal.once('people.notified', async () => {
    const link = `${pageUrl}/?t=${await signLink(ports.linkMac, { approvalId, approver: approver.id, expiresAt })}`;
    const number = requestNumber(journal.events, approvalId, approver.id);
    const about = { approver: approver.id, link, expiresAt, now: ports.clock.now(), number, onRequest: true } as const;
    const message = approvalMessage(journal.events, planned, about);
    const to = { about: 'approval', incidentId: journal.incident, audience: approver.contacts.email } as const;
    return { data: { ...(await sent(ports.notifier, { ...message, ...to })), requested: true as const } };
  });
  return { sent: event.data.sent, reason: event.data.error ?? 'The link was sent.' };
};
