import * as z from 'zod';
import type { StepName } from '../../lambdas/contracts/flow.ts';
import type { Json } from '../../lambdas/contracts/json.ts';
import { Journal } from '../../lambdas/kernel/trace/journal.ts';
import { lastOf, plansOf } from '../../lambdas/kernel/trace/queries.ts';
import type { LaptopPorts } from '../../local/laptop.ts';
import type { Invoke } from '../../local/flow.ts';
import type { HostileCase, StepFault } from './case.ts';
import type { Recording } from './recording.ts';
import { killed, Queue } from './hostile-ledger.ts';

const TWENTY_MINUTES = 20 * 60_000;

const State = z.object({ incidentId: z.string(), agent: z.string(), seq: z.int() });
const Wrapped = z.object({ state: State });
/** The state document in a step's payload, whichever way the definition wraps it. */
const stateIn = (payload: Json): z.infer<typeof State> | undefined =>
  Wrapped.safeParse(payload).data?.state ?? State.safeParse(payload).data;

type Attempt = { readonly step: StepName; readonly payload: Json };

/** What befalls steps: killed, taken twice, delayed; and a state machine that calls what it was never asked to. */
export class StepFaults {
  readonly #queue: Queue<StepFault>;
  readonly #chronicle: Recording;
  readonly #ports: () => LaptopPorts;
  readonly #past: Attempt[] = [];
  readonly #lingering: Promise<unknown>[] = [];
  /** While set, readers of the trace see an edited plan. */
  tampering = false;

  constructor({ steps }: HostileCase, recording: Recording, ports: () => LaptopPorts) {
    this.#queue = new Queue(steps);
    this.#chronicle = recording;
    this.#ports = ports;
  }

  /** Stands around every step of the flow. */
  readonly around = async (step: StepName, payload: Json, invoke: Invoke): Promise<unknown> => {
    const take: Invoke = (name, input) => {
      this.#chronicle.add({ is: 'step', step: name, incidentId: stateIn(input)?.incidentId ?? '' });
      return invoke(name, input);
    };
    const mishap = this.#queue.next(({ at }) => at === 'any' || ['apply', 'rollback', 'approve'].includes(step));
    if (mishap !== undefined && mishap.what !== 'replayed') this.#chronicle.add({ is: 'mishap', what: mishap.what });
    try {
      return await this.#strike(mishap?.what, { step, payload }, take);
    } finally {
      this.#past.push({ step, payload });
      this.tampering = false;
    }
  };

  /** Waits for attempts that nobody waits for: the function runs on although its caller has given up. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.#lingering);
  }

  async #strike(what: StepFault['what'] | undefined, { step, payload }: Attempt, take: Invoke): Promise<unknown> {
    const state = stateIn(payload);
    switch (what) {
      case undefined:
        return take(step, payload);
      case 'killed':
        throw killed('before it began');
      case 'answer-lost':
        await take(step, payload);
        throw killed('when it was done');
      case 'late':
        await this.#ports().clock.sleep(TWENTY_MINUTES);
        return take(step, payload);
      case 'twice-at-once':
        return this.#twice({ step, payload }, take);
      case 'replayed': {
        const earlier = this.#past.findLast((attempt) => ['apply', 'rollback', 'approve'].includes(attempt.step));
        if (earlier !== undefined) {
          this.#chronicle.add({ is: 'mishap', what: 'replayed' });
          await this.#attack(take(earlier.step, earlier.payload));
        }
        return take(step, payload);
      }
      case 'tampered-trace':
        this.tampering = ['apply', 'rollback'].includes(step);
        return take(step, payload);
      case 'direct-apply':
      case 'direct-rollback':
        await this.#direct(what === 'direct-apply' ? 'apply' : 'rollback', state, take);
        return take(step, payload);
      case 'forged-grant':
        await this.#forge(state);
        await this.#direct('apply', state, take);
        return take(step, payload);
    }
  }

  /** Both attempts run; the caller hears whichever is first, and the other lingers. */
  async #twice({ step, payload }: Attempt, take: Invoke): Promise<unknown> {
    if (['apply', 'rollback'].includes(step)) this.#chronicle.add({ is: 'mishap', what: 'change twice at once' });
    const attempts = [take(step, payload), take(step, payload)];
    this.#lingering.push(...attempts);
    return Promise.race(attempts);
  }

  /** A state machine that was started by hand with a forged "approved". */
  async #direct(step: 'apply' | 'rollback', state: z.infer<typeof State> | undefined, take: Invoke): Promise<void> {
    if (state === undefined || state.agent === 'none') return;
    const seq = (await this.#ports().ledger.events(state.incidentId)).length;
    await this.#attack(take(step, { step, state: { ...state, seq } }));
  }

  /** Step code gone bad writes itself a yes: it may append to the trace, but it has no key. */
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

  async #attack(attempt: Promise<unknown>): Promise<void> {
    await attempt.catch(() => undefined);
  }
}
