import { StateMachine } from 'aws-local-stepfunctions';
import * as z from 'zod';
import { describe, expect, test } from 'vitest';
import { ERROR } from '../../lambdas/contracts/error-names.ts';
import { NEXT, STATE_OF, STEP_NAMES, type StepName } from '../../lambdas/contracts/flow.ts';
import { CHANGE_ZONE_SECONDS } from '../../lambdas/kernel/changes/timing.ts';
import { Definition } from '../../local/definition.ts';
import { synthesize } from '../../lib/synthesize.ts';
import { shippedRules } from './shipped.ts';

const rules = shippedRules();
const { template, stateMachineDefinition } = synthesize(rules);
const zoneId =
  Object.entries(template.Resources).find(
    ([id, { Type }]) => Type === 'AWS::Lambda::Function' && id.includes('ChangeZone'),
  )?.[0] ?? '';

const Retrier = z.looseObject({
  ErrorEquals: z.array(z.string()),
  IntervalSeconds: z.number().default(1),
  MaxAttempts: z.number().default(3),
  BackoffRate: z.number().default(2),
  MaxDelaySeconds: z.number().default(Infinity),
});
const State = z.looseObject({
  Type: z.string(),
  Next: z.string().optional(),
  Choices: z.array(z.looseObject({ StringEquals: z.string(), Next: z.string() })).default([]),
  Retry: z.array(Retrier).default([]),
  Catch: z.array(z.looseObject({ ErrorEquals: z.array(z.string()), Next: z.string() })).default([]),
  TimeoutSeconds: z.number().optional(),
});
const { States } = z.looseObject({ States: z.record(z.string(), State) }).parse(stateMachineDefinition);

const stateAt = (name: string): z.infer<typeof State> => {
  const state = States[name];
  if (!state) throw new RangeError(`there is no state ${name}`);
  return state;
};
const stepAt = (step: StepName): z.infer<typeof State> => stateAt(STATE_OF[step]);

/** The retrier that Step Functions uses: the first that names the error. */
const retrierFor = (step: StepName, error: string): z.infer<typeof Retrier> | undefined =>
  stepAt(step).Retry.find(({ ErrorEquals }) => ErrorEquals.includes(error) || ErrorEquals.includes('States.ALL'));
const attemptsAt = (step: StepName, error: string): number => retrierFor(step, error)?.MaxAttempts ?? 0;

/** The longest that a retrier waits in all, in seconds. */
const patienceOf = ({ IntervalSeconds, MaxAttempts, BackoffRate, MaxDelaySeconds }: z.infer<typeof Retrier>): number =>
  Array.from({ length: MaxAttempts }, (_, n) => Math.min(IntervalSeconds * BackoffRate ** n, MaxDelaySeconds)).reduce(
    (sum, seconds) => sum + seconds,
    0,
  );

describe('routes', () => {
  test.each(STEP_NAMES)('%s can send the flow wherever its contract says, and nowhere else', (step) => {
    const after = stateAt(stepAt(step).Next ?? '');
    if (after.Type === 'Choice') {
      expect(after.Choices.map(({ StringEquals }) => StringEquals)).toEqual([...NEXT[step]]);
      expect(after).not.toHaveProperty('Default');
    } else {
      expect(NEXT[step]).toHaveLength(1);
    }
  });

  test('a route leads to the state of the step it names', () => {
    for (const step of STEP_NAMES)
      for (const { StringEquals: next, Next } of stateAt(stepAt(step).Next ?? '').Choices) {
        const wanted = STEP_NAMES.find((name) => name === next);
        const { Type, Next: after } = stateAt(Next);
        const reached = Type === 'Wait' ? after : Next;
        expect([step, next, reached]).toEqual([step, next, wanted ? STATE_OF[wanted] : 'Done']);
      }
  });

  test('after a change the flow waits before it verifies', () => {
    expect(stateAt('AfterApply').Choices).toContainEqual(
      expect.objectContaining({ StringEquals: 'verify', Next: 'Stabilize' }),
    );
    expect(stateAt('Stabilize')).toMatchObject({ Type: 'Wait', SecondsPath: '$.waitSeconds', Next: 'Verify' });
  });

  test.each([
    ['Apply', 'apply', 'ApplyInProgress'],
    ['Rollback', 'rollback', 'RollbackInProgress'],
  ])('while a change is in progress, no function runs, and %s is entered again after the wait', (state, next, wait) => {
    expect(stateAt(`After${state}`).Choices).toContainEqual(
      expect.objectContaining({ StringEquals: next, Next: wait }),
    );
    expect(stateAt(wait)).toMatchObject({ Type: 'Wait', SecondsPath: '$.waitSeconds', Next: state });
    expect(stateAt(state)).toMatchObject({ Parameters: { Payload: { step: next, 'state.$': '$', waits: true } } });
  });

  test('the function that makes changes has the time that the steps reckon with', () => {
    const { Properties = {} } = template.Resources[zoneId] ?? {};
    expect(Properties['Timeout']).toBe(CHANGE_ZONE_SECONDS);
  });

  test('the laptop’s interpreter accepts the definition as it stands', () => {
    const definition = Definition.parse(stateMachineDefinition);
    expect(() => new StateMachine(definition)).not.toThrow();
  });
});

describe('failures', () => {
  test('any failure half-way goes to Close, which notifies a human', () => {
    for (const step of STEP_NAMES.filter((name) => name !== 'open' && name !== 'close'))
      expect([step, stepAt(step).Catch.at(-1)]).toMatchObject([step, { ErrorEquals: ['States.ALL'], Next: 'Close' }]);
  });

  test('a failure to open or close fails the execution, which self-monitoring sees', () => {
    expect(stepAt('open').Catch).toEqual([]);
    expect(stepAt('close').Catch).toEqual([]);
  });

  test.each(STEP_NAMES)('%s rides out a throttle', (step) => {
    for (const error of ['Lambda.TooManyRequestsException', ERROR.cloudUnavailable, ERROR.ledgerUnavailable])
      expect(attemptsAt(step, error)).toBeGreaterThanOrEqual(3);
  });

  test.each(STEP_NAMES)('%s is never tried again because of a bug', (step) => {
    for (const bug of [ERROR.contractBroken, ERROR.traceDiverged, ERROR.traceCorrupt, ERROR.misconfigured])
      expect(attemptsAt(step, bug)).toBe(0);
  });

  test('a model outage of ten minutes is waited out', () => {
    const retrier = retrierFor('decide', ERROR.modelUnavailable);
    // Full jitter halves each wait on average.
    expect(retrier && patienceOf(retrier) / 2).toBeGreaterThanOrEqual(600);
  });

  test('a change whose response was lost is retried, so it is reconciled', () => {
    for (const lost of ['States.Timeout', 'Sandbox.Timedout', 'Lambda.Unknown', 'Lambda.SdkClientException'])
      for (const step of ['apply', 'rollback'] as const) expect(attemptsAt(step, lost)).toBe(3);
  });

  test('a change that may still be running is waited for until its timeout has passed', () => {
    const functionTimeout = (stepAt('apply').TimeoutSeconds ?? 0) - 30;
    const retrier = retrierFor('apply', ERROR.applyInFlight);
    expect(retrier && patienceOf(retrier)).toBeGreaterThan(functionTimeout);
  });
});

describe('approval', () => {
  test('without an answer, Approve asks again at every reminder', () => {
    expect(stepAt('approve').TimeoutSeconds).toBe(rules.settings.approval.remindMinutes * 60);
    expect(stepAt('approve').Catch[0]).toMatchObject({ ErrorEquals: ['States.Timeout'], Next: 'Approve' });
    expect(attemptsAt('approve', 'States.Timeout')).toBe(0);
  });

  test('task tokens are kept out of the logs', () => {
    const machine = Object.values(template.Resources).find(({ Type }) => Type === 'AWS::StepFunctions::StateMachine');
    expect(machine?.Properties).toMatchObject({
      LoggingConfiguration: { IncludeExecutionData: false, Level: 'ALL' },
      TracingConfiguration: { Enabled: true },
    });
  });
});
