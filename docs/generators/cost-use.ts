import * as z from 'zod';
import { STATE_OF, STEP_NAMES, type StepName } from '../../lambdas/contracts/flow.ts';
import type { JsonObject } from '../../lambdas/contracts/json.ts';
import { contractBroken } from '../../lambdas/contracts/errors.ts';
import { isToldKind } from '../../lambdas/contracts/told-events.ts';
import { momentsOf } from '../../lambdas/kernel/trace/moment.ts';
import { allOf } from '../../lambdas/kernel/trace/queries.ts';
import type { MeasuredIncident } from '../../test/load/incident.ts';
import type { Priced } from './prices.ts';

/** Values that a laptop cannot measure. */
export const ASSUMED = {
  /** Compute time of one invocation, with its share of cold starts. */
  secondsOfWork: 0.3,
  /** Memory of every function. */
  gigabytes: 1,
  /** Time of one model turn. Decide waits for it and is billed. */
  secondsOfModel: 8,
  /** An approver opens the page and answers on it. */
  pageRequests: 2,
  /** Logs of function and state machine for one invocation. */
  logKilobytes: 3,
} as const;

const State = z.looseObject({
  Type: z.string(),
  Next: z.string().optional(),
  Choices: z.array(z.looseObject({ StringEquals: z.string(), Next: z.string() })).default([]),
});
const Definition = z.looseObject({ StartAt: z.string(), States: z.record(z.string(), State) });

const stepOf = (state: string): StepName | undefined => STEP_NAMES.find((step) => STATE_OF[step] === state);

/** The states that an execution enters if its steps run in the given order. */
export const statesEntered = (definition: JsonObject, steps: readonly StepName[]): string[] => {
  const { StartAt, States } = Definition.parse(definition);
  const entered: string[] = [];
  let stepsRun = 0;
  for (let name: string | undefined = StartAt; name !== undefined;) {
    const state: z.infer<typeof State> | undefined = States[name];
    if (state === undefined) throw contractBroken(`The definition has no state ${name}.`);
    entered.push(name);
    if (stepOf(name) !== undefined) stepsRun += 1;
    const next = steps[stepsRun] ?? 'done';
    name = state.Type === 'Choice' ? state.Choices.find((one) => one.StringEquals === next)?.Next : state.Next;
  }
  if (stepsRun !== steps.length) throw contractBroken(`The flow ended after ${stepsRun} of ${steps.length} steps.`);
  return entered;
};

/** Bytes that one read unit reads consistently. */
const READ_UNIT = 4096;

/**
 * What the moments of an incident use. Each is made in an invocation of its own, which reads the trace up to its event. Lambda does not
 * charge for reading the stream, nor for records that its filter leaves out.
 */
const momentUse = ({ events }: MeasuredIncident): { invocations: number; reads: number; busEvents: number } => {
  const told = events.filter(({ kind }) => isToldKind(kind));
  const sizes = events.map((event) => Buffer.byteLength(JSON.stringify(event)));
  const bytesUpTo = (seq: number): number => sizes.slice(0, seq + 1).reduce((sum, size) => sum + size, 0);
  const moments = momentsOf(events, 'https://example.com');
  return {
    invocations: told.length,
    reads: told.reduce((sum, { seq }) => sum + Math.ceil(bytesUpTo(seq) / READ_UNIT), 0),
    busEvents: moments.length + moments.filter((moment) => 'page' in moment).length,
  };
};

const isRead = (operation: string): boolean => /^(GetItem|Query) /.test(operation);

/** Rounds up to a multiple of five, so that one more word on the trace does not change the page. */
const roundUp = (value: number): number => Math.ceil(value / 5) * 5;

/** Seconds for which functions are billed: their own work, the model's turns, waiting for AWS. */
export const billedSeconds = (measured: MeasuredIncident) => {
  const { steps } = measured;
  const invocations = steps.length + ASSUMED.pageRequests + momentUse(measured).invocations;
  const turns = steps.filter(({ step }) => step === 'decide').length;
  const waiting = steps.filter(({ step }) => step !== 'decide').reduce((sum, { seconds }) => sum + seconds, 0);
  return {
    work: invocations * ASSUMED.secondsOfWork,
    model: turns * ASSUMED.secondsOfModel,
    waiting: Math.round(waiting),
  };
};

/** What one incident uses of everything that has a price, except storage. */
export const useOf = (measured: MeasuredIncident, definition: JsonObject): ReadonlyMap<Priced, number> => {
  const { steps, ledger, events, messages, calls } = measured;
  const units = (reads: boolean): number =>
    roundUp(ledger.filter(({ operation }) => isRead(operation) === reads).reduce((sum, one) => sum + one.units, 0));
  const told = momentUse(measured);
  const invocations = steps.length + ASSUMED.pageRequests + told.invocations;
  const { work, model, waiting } = billedSeconds(measured);
  const links = allOf(events, 'approval.asked').reduce((sum, { data }) => sum + data.approvers.length, 0);
  const grants = allOf(events, 'grant.issued').reduce((sum, { data }) => sum + data.grants.length, 0);
  // Each further attempt verifies the grant again.
  const checks = allOf(events, 'apply.checked').length + allOf(events, 'apply.resumed').length;
  return new Map<Priced, number>([
    [
      'transition',
      statesEntered(
        definition,
        steps.map(({ step }) => step),
      ).length,
    ],
    ['invocation', invocations],
    ['gigabyteSecond', (work + model + waiting) * ASSUMED.gigabytes],
    ['write', units(false)],
    ['read', roundUp(units(true) + told.reads)],
    ['busEvent', told.busEvents],
    ['mac', links + ASSUMED.pageRequests + grants + checks],
    ['signature', allOf(events, 'trace.sealed').length],
    ['email', messages],
    ['metricRead', calls.filter((call) => call.startsWith('cloudwatch:')).length],
    ['log', (invocations * ASSUMED.logKilobytes) / 1024 ** 2],
    ['tracing', 1],
  ]);
};
