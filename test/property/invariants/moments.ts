import { Moment } from '../../../lambdas/contracts/moment.ts';
import type { TraceEvent } from '../../../lambdas/contracts/events.ts';
import { momentsOf } from '../../../lambdas/kernel/trace/moment.ts';
import { allOf } from '../../../lambdas/kernel/trace/queries.ts';
import { firstFault, type Invariant } from './invariant.ts';

/** Invariants about what people outside the flow hear. */

const PAGE = 'https://approve.example.com';
const LIMIT = 256 * 1024;

const toldOf = (trace: readonly TraceEvent[]): Moment[] | string => {
  try {
    return momentsOf(trace, PAGE);
  } catch (error) {
    return error instanceof Error ? error.message : 'no moments could be made';
  }
};

const countFault = (moments: readonly Moment[], trace: readonly TraceEvent[]): string | undefined => {
  const opened = allOf(trace, 'incident.opened').length > 0;
  const closed = allOf(trace, 'incident.closed').length > 0;
  const requests = new Set(allOf(trace, 'approval.asked').map(({ data }) => data.approvalId));
  const decided = new Set(allOf(trace, 'approval.closed').map(({ data }) => data.approvalId));
  const of = (kind: Moment['moment'], approvalId?: string): number =>
    moments.filter(
      (one) =>
        one.moment === kind && (approvalId === undefined || ('approvalId' in one && one.approvalId === approvalId)),
    ).length;
  const wrong = (kind: Moment['moment'], count: number, approvalId?: string): string | undefined =>
    of(kind, approvalId) === count ? undefined : `${of(kind, approvalId)} moments ${kind}, expected ${count}`;
  return (
    wrong('incident.opened', opened ? 1 : 0) ??
    wrong('incident.closed', opened && closed ? 1 : 0) ??
    firstFault(
      requests,
      (id) => wrong('approval.asked', 1, id) ?? wrong('approval.decided', decided.has(id) ? 1 : 0, id),
    )
  );
};

export const momentsAreTold: Invariant = {
  name: 'each incident that opens and closes is told so once, and each approval request is told as asked and decided once',
  exercisedBy: ['traces sealed', 'links sent', 'plans denied', 'plans expired', 'grants issued'],
  fault: ({ traces }) =>
    firstFault(traces, ([incidentId, trace]) => {
      const moments = toldOf(trace);
      const fault = typeof moments === 'string' ? moments : countFault(moments, trace);
      return fault === undefined ? undefined : `${incidentId.slice(0, 8)}: ${fault}`;
    }),
};

/** Lines of evidence that are of no other text on the trace which moments may repeat. */
const evidenceIn = (trace: readonly TraceEvent[]): string[] =>
  allOf(trace, 'evidence.gathered').flatMap(({ data }) => data.text.split('\n').filter((line) => line.length > 60));

const holds = (moments: readonly Moment[], trace: readonly TraceEvent[]): string | undefined => {
  const texts = JSON.stringify(moments);
  const elsewhere = texts
    .match(/\b\w+:\/\/[^"\s]+/g)
    ?.find((url) => !/^(k8s:\/\/|https:\/\/approve\.example\.com\/\?a=)/.test(url));
  if (elsewhere !== undefined) return `a moment has the address ${elsewhere}`;
  if (/local-task-|[?&]t=/.test(texts)) return 'a moment has a task token or a personal link';
  const macs = allOf(trace, 'grant.issued').flatMap(({ data }) => data.grants.map(({ mac }) => mac));
  if (macs.some((mac) => texts.includes(mac))) return 'a moment has the MAC of a grant';
  const evidence = evidenceIn(trace).find((line) => texts.includes(JSON.stringify(line).slice(1, -1)));
  if (evidence !== undefined) return `a moment has a line of evidence: ${evidence}`;
  return firstFault(moments, (moment) => {
    if (!Moment.safeParse(moment).success) return `${moment.moment} is not as its schema says`;
    const bytes = Buffer.byteLength(JSON.stringify(moment));
    return bytes < LIMIT ? undefined : `${moment.moment} has ${bytes} bytes`;
  });
};

export const momentsAreSafe: Invariant = {
  name: 'no moment holds evidence, a task token, a personal link or an address that is not ours, and none is too large for the bus',
  exercisedBy: ['evidence gathered', 'links sent', 'grants issued'],
  fault: ({ traces }) =>
    firstFault(traces, ([incidentId, trace]) => {
      const moments = toldOf(trace);
      const fault = typeof moments === 'string' ? undefined : holds(moments, trace);
      return fault === undefined ? undefined : `${incidentId.slice(0, 8)}: ${fault}`;
    }),
};
