import { randomUUID } from 'node:crypto';
import { takeAnswer } from '../../lambdas/approvals/answer/answer.ts';
import type { StepName } from '../../lambdas/contracts/flow.ts';
import { JsonObject, type Json } from '../../lambdas/contracts/json.ts';
import type { Ledger, Model } from '../../lambdas/contracts/ports.ts';
import type { PolicyEngine } from '../../lambdas/kernel/policy/engine.ts';
import { INSTALLED } from '../../lambdas/providers/installed.ts';
import type { Invoke } from '../../local/flow.ts';
import { Laptop, type LaptopOptions, type LaptopPorts } from '../../local/laptop.ts';
import type { LocalApprover } from '../../local/approver.ts';
import { scriptedModel } from '../../local/scripted-model.ts';
import type { CpuMeter } from './cpu-meter.ts';
import type { Story } from './story.ts';

/** How a story is played. */
export interface PlayOptions {
  readonly definition: JsonObject;
  readonly ledger: Ledger;
  /** Sharing one saves the parsing of the policies, as a warm function does. */
  readonly policy?: PolicyEngine;
  readonly model?: Model;
  readonly meter?: CpuMeter;
  readonly around?: NonNullable<LaptopOptions['around']>;
  /** Before the incident starts. */
  readonly prepare?: (laptop: Laptop) => void;
}

/** Every approver says yes, as on the page. */
const approveAll =
  (measure: <T>(run: () => Promise<T>) => Promise<T>) =>
  async (ports: LaptopPorts): Promise<LocalApprover> => ({
    kind: 'acted',
    act: async ({ approvalId, approvers }) => {
      for (const approver of approvers) {
        const answer = { approvalId, approver, answer: 'approve', reason: 'Go ahead.', breakGlass: false } as const;
        const receipt = await measure(() => takeAnswer({ ...answer, via: 'preset' }, ports));
        if (receipt.status === 'granted') return;
      }
    },
  });

/** The simulated account, without its CPU. */
const excludeAccount = ({ account }: Laptop, meter: CpuMeter): void => {
  const cloud = account.cloud.bind(account);
  account.cloud = (...args) => meter.without(cloud(...args));
  const change = account.change.bind(account);
  account.change = (...args) => {
    const session = change(...args);
    return { assume: async (scope) => meter.without(await session.assume(scope)) };
  };
};

/** A repeated event would join the incident before, so each play has an event of its own. */
const newEvent = (event: Json): Json => ({ ...JsonObject.parse(event), id: randomUUID() });

/** Plays a story once, on the real steps. Returns the incident's id. */
export const play = async (story: Story, options: PlayOptions): Promise<string> => {
  const { definition, meter, policy, around, prepare, ledger } = options;
  const model = options.model ?? scriptedModel(story.script);
  const run = async (step: StepName, payload: Json, invoke: Invoke): Promise<unknown> =>
    around === undefined ? invoke(step, payload) : around(step, payload, invoke);
  const laptop = new Laptop({
    definition,
    installed: INSTALLED,
    rules: story.rules,
    world: story.world,
    model: meter?.without(model) ?? model,
    ledger: meter?.without(ledger) ?? ledger,
    approver: approveAll((answer) => meter?.measure('answer', answer) ?? answer()),
    around: (step, payload, invoke) =>
      meter?.measure(step, () => run(step, payload, invoke)) ?? run(step, payload, invoke),
    ...(policy !== undefined && { policy }),
  });
  if (meter !== undefined) excludeAccount(laptop, meter);
  prepare?.(laptop);
  return laptop.deliver(newEvent(story.event));
};
