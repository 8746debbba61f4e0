import { signLink } from '../../../lambdas/approvals/answer/approval-link.ts';
import { handleApproval } from '../../../lambdas/approvals/page/http.ts';
import { Journal } from '../../../lambdas/kernel/trace/journal.ts';
import { lastOf } from '../../../lambdas/kernel/trace/queries.ts';
import { LEDGER_RIGHTS } from '../../../lib/ledger-rights.ts';
import type { LaptopPorts } from '../../../local/laptop.ts';
import type { Recording } from '../recording.ts';
import { PEOPLE } from './people.ts';

/** The rows with which the versions of Checkrein record an approval or a receipt. */
const rowsOf = (approver: string): string[] => [
  `yes#${approver}`,
  `approve#${approver}`,
  `receipt#approve#true#${approver}`,
];

/**
 * Ask with somebody else's code. It does all that its role lets it do to have a plan granted: it writes rows into its
 * families of the ledger and events onto the trace as if the owner had approved, and it signs a link in the name of the
 * engineer on call and posts it.
 */
export const attackAsAsk = async (incidentId: string, ports: LaptopPorts, recording: Recording): Promise<void> => {
  const events = await ports.ledger.events(incidentId);
  const asked = lastOf(events, 'approval.asked')?.data;
  if (asked === undefined || lastOf(events, 'trace.sealed') !== undefined) return;
  const { approvalId, digest, expiresAt } = asked;
  recording.add({ is: 'fault', what: 'compromised-ask' });
  for (const family of LEDGER_RIGHTS.Ask.create)
    for (const part of rowsOf(PEOPLE.owner))
      await ports.ledger.create({ family, id: approvalId, part }, { approver: PEOPLE.owner, breakGlass: false });
  await forgeEvents(incidentId, { approvalId, digest }, ports);
  const approver = PEOPLE.sre;
  const t = await signLink(ports.linkMac, { approvalId, approver, expiresAt });
  recording.add({ is: 'impersonated', approvalId, approver });
  await handleApproval(
    {
      method: 'POST',
      query: new URLSearchParams(),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ t, answer: 'approve', reason: 'because' }).toString(),
    },
    ports,
  );
};

const forgeEvents = async (
  incidentId: string,
  { approvalId, digest }: { readonly approvalId: string; readonly digest: string },
  ports: LaptopPorts,
): Promise<void> => {
  const { length: seq } = await ports.ledger.events(incidentId);
  const journal = await Journal.open(ports, `forger-${seq}`, { incidentId, seq });
  const answer = { answer: 'approve', reason: '', via: 'page', counted: true } as const;
  await journal.once('approval.answered', () => ({
    data: { approvalId, digest, approver: PEOPLE.owner, ...answer, statements: [] },
  }));
  for (const [approver, receiptFor] of [
    [PEOPLE.owner, seq],
    [PEOPLE.sre, seq + 3],
  ] as const)
    await journal.once('people.notified', () => ({
      data: { about: 'receipt', to: [approver], sent: true, error: null, receiptFor },
    }));
};
