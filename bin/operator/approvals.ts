import { systemClock } from '../../lambdas/adapters/system.ts';
import { joined, named, ours, plain, sentence, type PlainText } from '../../lambdas/kernel/trace/outside-text.ts';
import { printer, printJson } from '../io/output.ts';
import { openSource, type SourceFlags } from '../io/source-flags.ts';
import { tableLines } from '../io/table.ts';
import type { TraceSource } from '../io/trace-source.ts';
import { waitingIn, type WaitingApproval } from '../io/waiting.ts';

export interface ApprovalsFlags extends SourceFlags {
  readonly json?: boolean;
}

/** Open incidents that one command looks at. */
const LIMIT = 500;

interface Found {
  /** The request that expires first comes first. */
  readonly approvals: readonly WaitingApproval[];
  /** Open incidents whose trace cannot be read: one of them may wait for an approval too. */
  readonly unreadable: readonly string[];
  /** Whether every open incident was looked at. */
  readonly complete: boolean;
}

/** Lists what waits for people. */
export const listApprovals = async (flags: ApprovalsFlags): Promise<void> => {
  const found = await waiting(await openSource(flags), systemClock.now());
  if (flags.json === true) {
    printJson(found);
    return;
  }
  const print = printer(false);
  for (const line of inWords(found)) print(line);
};

const waiting = async (source: TraceSource, now: Date): Promise<Found> => {
  const { incidents, complete } = await source.list({ limit: LIMIT, since: undefined, onlyOpen: true });
  const approvals: WaitingApproval[] = [];
  const unreadable: string[] = [];
  for (const { incident } of incidents) {
    const trace = await source.trace(incident);
    if (trace?.fault !== undefined) unreadable.push(incident);
    const one = waitingIn(trace?.events ?? [], now);
    if (one !== undefined) approvals.push(one);
  }
  return { approvals: approvals.toSorted((a, b) => a.expiresAt.localeCompare(b.expiresAt)), unreadable, complete };
};

const leftOf = ({ minutesLeft }: WaitingApproval): string => (minutesLeft === 0 ? 'expired' : `${minutesLeft} min`);

const inWords = ({ approvals, unreadable, complete }: Found): PlainText[] => {
  const rows = approvals.map((one) => [
    leftOf(one),
    `${one.given.length} of ${one.needed}`,
    String(named(one.environment, 20)),
    String(sentence(one.change)),
  ]);
  const table = tableLines([['LEFT', 'APPROVED', 'ENVIRONMENT', 'CHANGE'], ...rows]).map(ours);
  const listed = table.flatMap((line, at) => {
    const one = approvals[at - 1];
    if (one === undefined) return [line];
    return [
      line,
      plain`  ${one.approval}`,
      plain`  asked: ${joined(one.asked, ', ')}${one.given.length === 0 ? '' : plain`; approved: ${joined(one.given, ', ')}`}`,
    ];
  });
  return [
    ...(approvals.length === 0 ? [plain`Nothing waits for approval.`] : listed),
    ...unreadable.map(
      (incident) => plain`The trace of the open incident ${incident} cannot be read, so it is not listed here.`,
    ),
    ...(complete ? [] : [plain`There are more open incidents than one command looks at.`]),
  ];
};
