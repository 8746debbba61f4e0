import type { Clock, Ledger, Notification, Notifier } from '../../contracts/ports.ts';
import { dueReports, markReported, type HeldReport } from '../../kernel/limits/held-reports.ts';
import { lines, ours, plain, quoted } from '../../kernel/trace/outside-text.ts';

export interface DigestPorts {
  readonly ledger: Ledger;
  readonly clock: Clock;
  /** Sends at once: a digest is one message every five minutes. */
  readonly notifier: Notifier;
}

/** Lines of one digest. Whoever reads a hundred looks at the incidents themselves. */
const LINES = 100;

/** Those that a person must take over come first. */
const ORDER = ['failed', 'escalated', 'closed'] as const;

const countOf = (reports: readonly HeldReport[], about: string): number =>
  reports.filter((report) => report.about === about).length;

/** One mail for many incidents. */
const digestMessage = (reports: readonly HeldReport[], now: Date): Notification => {
  const sorted = ORDER.flatMap((about) => reports.filter((report) => report.about === about));
  const shown = sorted.slice(0, LINES);
  const counts = ORDER.map((about) => plain`${countOf(reports, about)} ${about}`).join(', ');
  const text = lines([
    plain`${reports.length} more incidents have ended: ${ours(counts)}.`,
    plain`They were too many for a mail each, because SNS suspends a mailbox that gets too many. Each trace has its conclusion.`,
    plain``,
    ...shown.map(({ about, subject, incidentId }) => plain`${about}: ${quoted(subject, 150)}, incident ${incidentId}`),
    ...(sorted.length > shown.length ? [plain`… and ${sorted.length - shown.length} more.`] : []),
    plain``,
    plain`How to read a trace: docs/operator-runbook.md, "Verifying a trace".`,
  ]);
  return {
    about: 'digest',
    incidentId: `digest-${now.toISOString()}`,
    subject: `${reports.length} more incidents have ended: ${counts}`,
    text: text.toString(),
  };
};

/**
 * Sends one digest of all reports that are due, then records which. If the function dies in between, the next digest
 * reports them again: twice is better than never.
 */
export const sendDigest = async ({ ledger, clock, notifier }: DigestPorts): Promise<{ reports: number }> => {
  const now = clock.now();
  const due = await dueReports(ledger, now);
  const reports = due.flatMap((one) => one.reports);
  if (reports.length === 0) return { reports: 0 };
  await notifier.notify(digestMessage(reports, now));
  for (const one of due) await markReported(ledger, one, now);
  return { reports: reports.length };
};
