import type { Conclusion } from '../../contracts/conclusion.ts';
import type { EventData, TraceEvent } from '../../contracts/events.ts';
import { canonical } from '../../kernel/trace/canonical.ts';
import { allOf, evidenceByHandle, findPlan } from '../../kernel/trace/queries.ts';
import { faultOfNumbers, NUMBERS_IN_EVIDENCE, unsupportedNumbers, wereNumbersSentBack } from './numbers-in-evidence.ts';
import { plansFault } from './plans-fault.ts';

type Verdict = EventData<'conclusion.reviewed'>['verdicts'][number];

/** A predicate over the trace that must hold before a conclusion is accepted. Pure. */
interface Verifier {
  readonly name: string;
  /** What is wrong, or undefined if it holds. */
  readonly fault: (events: readonly TraceEvent[], conclusion: Conclusion) => string | undefined;
}

const evidenceRequired: Verifier = {
  name: 'evidence_required',
  fault: (events) =>
    allOf(events, 'evidence.gathered').some((event) => event.data.outcome === 'ok')
      ? undefined
      : 'Nothing was observed. Look before you conclude.',
};

const claimsCiteEvidence: Verifier = {
  name: 'claims_cite_evidence',
  fault: (events, { claims }) => {
    const evidence = evidenceByHandle(events);
    if (claims.length === 0)
      return 'There are no claims. State each fact that you rely on as a claim and cite its evidence.';
    const recorded = evidence.size === 0 ? 'No evidence is recorded.' : `There is ${[...evidence.keys()].join(', ')}.`;
    const faults = claims.flatMap(({ text, evidence: handles }) => {
      const claim = `Claim "${text.slice(0, 80)}"`;
      if (handles.length === 0) return [`${claim} cites no evidence.`];
      const unknown = handles.filter((handle) => !evidence.has(handle));
      if (unknown.length > 0) return [`${claim} cites ${unknown.join(', ')}, which does not exist. ${recorded}`];
      const failed = handles.filter((handle) => evidence.get(handle)?.data.outcome === 'failed');
      return failed.length === handles.length
        ? [`${claim} cites only ${failed.join(', ')}, which did not answer.`]
        : [];
    });
    return faults.length === 0 ? undefined : faults.join(' ');
  },
};

/** Why a started change was not approved, or undefined if it was. Derived from the whole trace: there is no flag to trust. */
const unbacked = (
  events: readonly TraceEvent[],
  started: Extract<TraceEvent, { kind: 'apply.started' }>,
): string | undefined => {
  const { digest, grantId, purpose, input, tool } = started.data;
  const before = events.slice(0, started.seq);
  const planned = findPlan(before, digest);
  const what = `Event ${started.seq} (${purpose} ${digest.slice(0, 15)}…)`;
  if (planned === undefined) return `${what} has no plan.`;
  const { plan } = planned;
  const wanted = purpose === 'apply' ? plan.input : plan.inverse.reversible ? plan.inverse.input : undefined;
  if (wanted === undefined || plan.tool !== tool || canonical(wanted) !== canonical(input))
    return `${what} is not what the plan says.`;
  const issued = allOf(before, 'grant.issued').some((event) =>
    event.data.grants.some((grant) => grant.id === grantId && grant.digest === digest && grant.purpose === purpose),
  );
  if (!issued) return `${what} used a grant that was never issued for it.`;
  const redeemed = allOf(before, 'grant.redeemed').filter((event) => event.data.grantId === grantId);
  if (redeemed.length !== 1) return `${what} used a grant that was redeemed ${redeemed.length} times.`;
  const approved =
    allOf(before, 'approval.closed').some(
      (event) => event.data.digest === digest && event.data.outcome === 'granted',
    ) ||
    allOf(before, 'plan.judged').some((event) => event.data.digest === digest && event.data.verdict === 'unattended');
  return approved ? undefined : `${what} was approved neither by a human nor by a policy.`;
};

const noUnapprovedMutation: Verifier = {
  name: 'no_unapproved_mutation',
  fault: (events) => {
    const started = allOf(events, 'apply.started');
    const ids = started.map((event) => event.data.grantId);
    if (new Set(ids).size !== ids.length) return 'One grant stands behind two changes.';
    return started.map((event) => unbacked(events, event)).find((fault) => fault !== undefined);
  },
};

const numbersInEvidence: Verifier = {
  name: NUMBERS_IN_EVIDENCE,
  fault: (events, conclusion) => faultOfNumbers(unsupportedNumbers(events, conclusion)),
};

/** The verifiers, in the order of the report. */
const VERIFIERS: readonly Verifier[] = [
  evidenceRequired,
  noUnapprovedMutation,
  { name: 'plans_match_the_trace', fault: plansFault },
  claimsCiteEvidence,
  numbersInEvidence,
];

/**
 * Reviews a conclusion against the trace. Runs all verifiers, so that the agent can fix every problem in one turn. Numbers
 * that stand nowhere are sent back once; after that they are marked, because the check reads prose and can be wrong.
 */
export const review = (
  events: readonly TraceEvent[],
  conclusion: Conclusion,
): Pick<EventData<'conclusion.reviewed'>, 'verdicts' | 'accepted' | 'numbersNotFound'> => {
  const verdicts = VERIFIERS.map(({ name, fault }): Verdict => {
    const found = fault(events, conclusion);
    return { verifier: name, holds: found === undefined, reason: found ?? 'holds' };
  });
  const failed = verdicts.filter(({ holds }) => !holds);
  const onlyNumbers = failed.length > 0 && failed.every(({ verifier }) => verifier === NUMBERS_IN_EVIDENCE);
  return onlyNumbers && wereNumbersSentBack(events)
    ? { verdicts, accepted: true, numbersNotFound: unsupportedNumbers(events, conclusion) }
    : { verdicts, accepted: failed.length === 0 };
};
