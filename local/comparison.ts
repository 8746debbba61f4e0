import type { Check } from '../lambdas/contracts/checks.ts';
import type { TraceEvent } from '../lambdas/contracts/events.ts';
import type { JsonObject } from '../lambdas/contracts/json.ts';
import { canonical } from '../lambdas/kernel/trace/canonical.ts';
import { reportOf } from '../lambdas/kernel/trace/report.ts';
import { lastOf, plansOf, wasMade } from '../lambdas/kernel/trace/queries.ts';
import type { RecordedCall } from './account/account.ts';
import type { Expectation } from './expectation.ts';

/** The part of a run's result that expectations are about. */
export interface PlayedScenario {
  readonly events: readonly TraceEvent[];
  readonly calls: readonly RecordedCall[];
  readonly followUps: readonly string[];
}

/** Compares a run with its scenario's expectation. Each difference is a sentence. Pure. */
export const differences = (expected: Expectation, { events, calls, followUps }: PlayedScenario): string[] => [
  ...endDifferences(expected, events),
  ...(followUps.length === expected.followUps
    ? []
    : [`Follow-ups: expected ${expected.followUps}, but ${followUps.length} incidents followed this one.`]),
  ...planDifferences(expected.plans, plansIn(events)),
  ...listDifferences('Mutating call', expected.mutating, mutatingCalls(calls)),
  ...refusalDifferences(expected.refusals, refusalsIn(events)),
  ...missingTexts(expected.says, reportOf(events)),
];

/** Every mutating call that was not a dry run, as `service:Command`, with its error if it failed. */
export const mutatingCalls = (calls: readonly RecordedCall[]): string[] =>
  calls
    .filter((call) => call.mutating && !call.dryRun)
    .map(({ service, command, outcome }) => `${service}:${command}${outcome === 'ok' ? '' : ` -> ${outcome}`}`);

const endDifferences = (expected: Expectation, events: readonly TraceEvent[]): string[] => {
  const closed = lastOf(events, 'incident.closed')?.data;
  if (closed === undefined) return ['The incident was not closed.'];
  const outcome =
    closed.outcome === expected.outcome
      ? []
      : [`Outcome: expected ${expected.outcome}, but it ended as ${closed.outcome}: ${closed.summary}`];
  const turns =
    expected.turns === undefined || closed.turns === expected.turns
      ? []
      : [`Turns: expected ${expected.turns}, but the model took ${closed.turns}.`];
  const copies =
    closed.copies === expected.copies
      ? []
      : [`Copies: expected ${expected.copies}, but ${closed.copies} joined the incident.`];
  return [...outcome, ...turns, ...copies];
};

type Plan = Expectation['plans'][number];

const plansIn = (events: readonly TraceEvent[]): Plan[] =>
  plansOf(events).map(({ digest, plan }) => ({
    tool: plan.tool,
    input: plan.input,
    applied: wasMade(events, digest, 'apply'),
    rolledBack: wasMade(events, digest, 'rollback'),
  }));

const inWords = ({ tool, input, applied, rolledBack }: Plan): string =>
  `${tool}(${Object.entries(input)
    .filter(([field]) => field !== 'why')
    .map(([field, value]) => `${field}: ${JSON.stringify(value)}`)
    .join(', ')}), ${applied ? 'applied' : 'not applied'}${rolledBack ? ', rolled back' : ''}`;

const holds = (part: JsonObject, whole: JsonObject): boolean =>
  Object.entries(part).every(([field, value]) => canonical(whole[field] ?? null) === canonical(value));

const planDifferences = (expected: readonly Plan[], found: readonly Plan[]): string[] =>
  pairs(expected, found).flatMap(([wanted, plan], index) => {
    const handle = `Plan P${index + 1}`;
    if (plan === undefined)
      return wanted === undefined ? [] : [`${handle}: expected ${inWords(wanted)}; there was none.`];
    if (wanted === undefined) return [`${handle}: not expected, but there was ${inWords(plan)}.`];
    const same =
      wanted.tool === plan.tool &&
      wanted.applied === plan.applied &&
      wanted.rolledBack === plan.rolledBack &&
      holds(wanted.input, plan.input);
    return same ? [] : [`${handle}: expected ${inWords(wanted)}; found ${inWords(plan)}.`];
  });

interface Refused {
  readonly check: Check['check'];
  readonly reason: string;
}

const refusedBy = (checks: readonly Check[]): Refused[] =>
  checks.filter(({ outcome }) => outcome === 'refused').map(({ check, reason }) => ({ check, reason }));

const refusalsIn = (events: readonly TraceEvent[]): Refused[] =>
  events.flatMap((event): Refused[] => {
    switch (event.kind) {
      case 'call.refused':
        return [{ check: event.data.check, reason: event.data.reason }];
      case 'proposal.judged':
      case 'plan.judged':
      case 'apply.checked':
        return refusedBy(event.data.checks);
      case 'approval.closed':
        return event.data.check === undefined ? [] : [{ check: event.data.check, reason: event.data.reason }];
      case 'dry-run.finished':
        return event.data.made ? [] : [{ check: 'dry-run', reason: event.data.reason }];
      default:
        return [];
    }
  });

const refusalDifferences = (expected: Expectation['refusals'], found: readonly Refused[]): string[] =>
  pairs(expected, found).flatMap(([wanted, refused], index) => {
    const which = `Refusal ${index + 1}`;
    const want = wanted && `${wanted.check}${wanted.says === undefined ? '' : ` that says "${wanted.says}"`}`;
    if (refused === undefined) return [`${which}: expected one by ${want ?? '?'}; there was none.`];
    const actual = `${refused.check}: ${refused.reason}`;
    if (wanted === undefined) return [`${which}: not expected: ${actual}`];
    const same = wanted.check === refused.check && refused.reason.includes(wanted.says ?? '');
    return same ? [] : [`${which}: expected one by ${want ?? '?'}; found ${actual}`];
  });

const listDifferences = (what: string, expected: readonly string[], found: readonly string[]): string[] =>
  pairs(expected, found).flatMap(([wanted, one], index) =>
    wanted === one ? [] : [`${what} ${index + 1}: expected ${wanted ?? 'none'}; found ${one ?? 'none'}.`],
  );

const missingTexts = (texts: readonly string[], report: string): string[] =>
  texts.filter((text) => !report.includes(text)).map((text) => `The report does not say "${text}".`);

/** Two lists in pairs, as long as the longer one. */
const pairs = <A, B>(one: readonly A[], other: readonly B[]): [A | undefined, B | undefined][] =>
  Array.from({ length: Math.max(one.length, other.length) }, (_, index) => [one[index], other[index]]);
