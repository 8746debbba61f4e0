import * as z from 'zod';
import type { StepName } from '../../../lambdas/contracts/flow.ts';
import type { Json } from '../../../lambdas/contracts/json.ts';
import { startCooldown } from '../../../lambdas/kernel/limits/cooldown.ts';
import { Journal } from '../../../lambdas/kernel/trace/journal.ts';
import { lastOf, plansOf } from '../../../lambdas/kernel/trace/queries.ts';
import type { LaptopPorts } from '../../../local/laptop.ts';
import type { Invoke } from '../../../local/flow.ts';
import type { HostileCase, StepFault } from '../case/case.ts';
import type { Recording } from '../recording.ts';
import { attackAsAuthorize } from './compromised-authorize.ts';
import { attackAsAsk } from './compromised-ask.ts';
import { killed, FaultQueue } from './ledger.ts';
import { refOf } from '../../../lambdas/contracts/plan.ts';

/** The steps that a fault counts. */
const AT: Readonly<Record<'change' | 'ask', readonly string[]>> = {
  change: ['apply', 'rollback', 'approve'],
  ask: ['approve'],
};

const TWENTY_MINUTES = 20 * 60_000;

const State = z.object({ incidentId: z.string(), agent: z.string(), seq: z.int() });
const Wrapped = z.object({ state: State });
/** The state document in a step's payload. Some states wrap it, others pass it as it is. */
const stateIn = (payload: Json): z.infer<typeof State> | undefined =>
  Wrapped.safeParse(payload).data?.state ?? State.safeParse(payload).data;

type Attempt = { readonly step: StepName; readonly payload: Json };

/** Injects faults into steps: killed, run twice, delayed. Also calls Apply and Rollback without being asked. */
export class StepFaults {
  readonly #queue: FaultQueue<StepFault>;
  readonly #recording: Recording;
  readonly #ports: () => LaptopPorts;
  readonly #past: Attempt[] = [];
  readonly #unawaited: Promise<unknown>[] = [];
  /** While set, readers of the trace see an edited plan. */
  tampering = false;

  constructor({ steps }: HostileCase, recording: Recording, ports: () => LaptopPorts) {
    this.#queue = new FaultQueue(steps);
    this.#recording = recording;
    this.#ports = ports;
  }

  /** Wraps every step of the flow. */
  readonly around = async (step: StepName, payload: Json, invoke: Invoke): Promise<unknown> => {
    const runStep: Invoke = (name, input) => {
      this.#recording.add({ is: 'step', step: name, incidentId: stateIn(input)?.incidentId ?? '' });
      return invoke(name, input);
    };
    const fault = this.#queue.next(({ at }) => at === 'any' || AT[at].includes(step));
    if (fault !== undefined && !['replayed', 'compromised-ask'].includes(fault.what))
      this.#recording.add({ is: 'fault', what: fault.what });
    try {
      return await this.#inject(fault?.what, { step, payload }, runStep);
    } finally {
      this.#past.push({ step, payload });
      this.tampering = false;
    }
  };

  /** Waits for attempts that their caller has given up on. A Lambda function runs on too. */
  async finish(): Promise<void> {
    await Promise.allSettled(this.#unawaited);
  }

  async #inject(what: StepFault['what'] | undefined, { step, payload }: Attempt, runStep: Invoke): Promise<unknown> {
    const state = stateIn(payload);
    switch (what) {
      case undefined:
        return runStep(step, payload);
      case 'killed':
        throw killed('before it began');
      case 'answer-lost':
        await runStep(step, payload);
        throw killed('when it was done');
      case 'late':
        await this.#ports().clock.sleep(TWENTY_MINUTES);
        return runStep(step, payload);
      case 'twice-at-once':
        return this.#twice({ step, payload }, runStep);
      case 'replayed': {
        const earlier = this.#past.findLast((attempt) => ['apply', 'rollback', 'approve'].includes(attempt.step));
        if (earlier !== undefined) {
          this.#recording.add({ is: 'fault', what: 'replayed' });
          await this.#attack(runStep(earlier.step, earlier.payload));
        }
        return runStep(step, payload);
      }
      case 'tampered-trace':
        this.tampering = ['apply', 'rollback'].includes(step);
        return runStep(step, payload);
      case 'changed-elsewhere':
        await this.#changeElsewhere(state);
        return runStep(step, payload);
      case 'direct-apply':
      case 'direct-rollback':
        await this.#direct(what === 'direct-apply' ? 'apply' : 'rollback', state, runStep);
        return runStep(step, payload);
      case 'compromised-ask': {
        const output = await runStep(step, payload);
        if (step === 'approve' && state !== undefined)
          await this.#attack(attackAsAsk(state.incidentId, this.#ports(), this.#recording));
        return output;
      }
      case 'forged-grant':
        await this.#forge(state);
        await this.#direct('apply', state, runStep);
        return runStep(step, payload);
      case 'compromised-authorize':
        await this.#attack(this.#asAuthorize(state, runStep));
        return runStep(step, payload);
    }
  }

  /** Both attempts run; the caller gets the first answer. */
  async #twice({ step, payload }: Attempt, runStep: Invoke): Promise<unknown> {
    if (['apply', 'rollback'].includes(step)) this.#recording.add({ is: 'fault', what: 'change twice at once' });
    const attempts = [runStep(step, payload), runStep(step, payload)];
    this.#unawaited.push(...attempts);
    return Promise.race(attempts);
  }

  /** A state machine that was started by hand, past the approval. */
  async #direct(step: 'apply' | 'rollback', state: z.infer<typeof State> | undefined, runStep: Invoke): Promise<void> {
    if (state === undefined || state.agent === 'none') return;
    const seq = (await this.#ports().ledger.events(state.incidentId)).length;
    await this.#attack(runStep(step, { step, state: { ...state, seq } }));
  }

  /** Another incident has just changed the target, and given it back. */
  async #changeElsewhere(state: z.infer<typeof State> | undefined): Promise<void> {
    const { ledger, clock } = this.#ports();
    const plan = state && plansOf(await ledger.events(state.incidentId)).at(-1)?.plan;
    if (plan === undefined) return;
    await this.#attack(startCooldown(ledger, refOf(plan.target), clock.now(), false));
  }

  /** Compromised step code forges a grant: it may append to the trace, but it has no key. */
  async #forge(state: z.infer<typeof State> | undefined): Promise<void> {
    if (state === undefined) return;
    const ports = this.#ports();
    const events = await ports.ledger.events(state.incidentId);
    const plan = plansOf(events).at(-1);
    if (plan === undefined || lastOf(events, 'trace.sealed') !== undefined) return;
    const journal = await Journal.open(ports, `forger-${events.length}`, { ...state, seq: events.length });
    const grant = {
      id: `grant-forged-${events.length}`,
      purpose: 'apply' as const,
      incidentId: state.incidentId,
      digest: plan.digest,
      approvers: ['sre-oncall@example.com'],
      expiresAt: '2099-01-01T00:00:00.000Z',
      mac: Buffer.alloc(32).toString('base64'),
    };
    const forged = journal.once('grant.issued', () => ({ data: { digest: plan.digest, grants: [grant] } }));
    await this.#attack(forged);
  }

  async #asAuthorize(state: z.infer<typeof State> | undefined, runStep: Invoke): Promise<void> {
    if (state === undefined) return;
    const ports = this.#ports();
    if (ports.unattendedMac !== undefined)
      this.#recording.add({ is: 'fault', what: 'compromised-authorize with a key' });
    await attackAsAuthorize(ports, state.incidentId, (step) => this.#direct(step, state, runStep));
  }

  async #attack(attempt: Promise<unknown>): Promise<void> {
    await attempt.catch(() => undefined);
  }
}
