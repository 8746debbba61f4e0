import type { JsonObject } from '../../../lambdas/contracts/json.ts';
import type { SimulatedAccount } from '../../../local/account/account.ts';
import type { Drift } from '../../../local/account/world/faults.ts';
import type { Hand, HostileCase } from '../case/case.ts';
import type { FlagService } from '../../fakes/flag-provider/service.ts';
import type { Recording } from '../recording.ts';
import { isOfWorkload, type OtherWriter } from './cluster.ts';
import { driftFlag } from './flags.ts';
import { targetOf } from './account.ts';
import { FaultQueue } from './ledger.ts';

type Moved = Pick<Drift, 'tags' | 'fields'>;
interface Move {
  readonly of: 'configuration' | 'facts';
  readonly instance?: (nth: number) => Moved;
  readonly group?: (nth: number) => Moved;
}

const fields =
  (made: (nth: number) => JsonObject) =>
  (nth: number): Moved => ({ fields: made(nth) });
const tags = (nth: number): Moved => ({ tags: { 'changed-by': `somebody-${nth}` } });

/** What somebody does at the targets of a case. Each time the value is another one. */
const MOVES: Readonly<Record<Exclude<Hand['what'], `workload-${string}`>, Move>> = {
  'security-groups': {
    of: 'configuration',
    instance: fields((nth) => ({ SecurityGroups: [{ GroupId: `sg-${nth}`, GroupName: 'app' }] })),
  },
  'launch-time': {
    of: 'configuration',
    instance: fields((nth) => ({ LaunchTime: new Date(Date.UTC(2026, 10, 20, 8, 0, nth)).toISOString() })),
  },
  'image-and-stop-protection': {
    of: 'configuration',
    instance: fields((nth) => ({ DisableApiStop: { Value: true }, ImageId: `ami-${nth}` })),
  },
  'launch-template': {
    of: 'configuration',
    group: fields((nth) => ({ LaunchTemplate: { LaunchTemplateId: 'lt-1', Version: String(nth) } })),
  },
  tags: { of: 'configuration', instance: tags, group: tags },
  monitoring: { of: 'facts', instance: fields(() => ({ Monitoring: { State: 'disabled' } })) },
  flag: { of: 'configuration' },
  'suspended-processes': {
    of: 'facts',
    group: fields(() => ({ SuspendedProcesses: [{ ProcessName: 'AZRebalance', SuspensionReason: 'by hand' }] })),
  },
};

/** Somebody who changes the targets past Checkrein while incidents run. */
export const hostileHands = (
  { hands, setting }: HostileCase,
  recording: Recording,
  account: () => SimulatedAccount,
  flags: FlagService,
  workloads: OtherWriter,
): void => {
  const queue = new FaultQueue(hands);
  const { instance, group } = targetOf(setting);
  let nth = 0;
  recording.onEntry((entry) => {
    if (entry.is === 'moved') return;
    const answers = entry.is === 'event' && entry.event.kind === 'approval.answered';
    const hand = queue.next(({ on }) => on === 'any' || answers);
    if (hand === undefined) return;
    nth += 1;
    if (hand.what === 'flag') {
      driftFlag(flags, recording);
      return;
    }
    if (isOfWorkload(hand.what)) {
      workloads.drift(hand.what);
      return;
    }
    const move = MOVES[hand.what];
    if (move.instance !== undefined) account().drift({ instance, ...move.instance(nth) });
    if (move.group !== undefined) account().drift({ group, ...move.group(nth) });
    const targets = [...(move.instance ? [instance] : []), ...(move.group ? [group] : [])];
    recording.add({ is: 'moved', targets, of: move.of });
  });
};
