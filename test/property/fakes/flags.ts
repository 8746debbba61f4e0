import { JsonObject } from '../../../lambdas/contracts/json.ts';
import type { Clock } from '../../../lambdas/contracts/ports.ts';
import { FlagService, refOfFlag, type FlagFault, type FlagRequest } from '../../fakes/flag-provider/service.ts';
import type { HostileCase } from '../case/case.ts';
import type { RecordedFact, Recording } from '../recording.ts';
import { tagsOf } from './account.ts';

/** The flag service of a case: the provider that is not AWS. */

export const OWN_FLAG = { service: 'checkout', name: 'new-cart' } as const;
export const DECOY_FLAG = { service: 'checkout', name: 'old-cart' } as const;

/** What a flag's plan calls its target. */
const idOf = ({ service, name }: { readonly service: string; readonly name: string }): string => `${service}/${name}`;

interface Faults {
  readonly SetFlag?: readonly FlagFault[];
  readonly GetFlag?: readonly FlagFault[];
  /** Somebody changes the flag after it was read this often. */
  readonly driftAfterReads?: number;
}

/** What can go wrong at the flag service, by name. The first `SetFlag` is usually the dry run. */
export const FLAG_FAULTS: Readonly<Record<string, Faults>> = {
  'dry-run-throttled': { SetFlag: ['throttled', 'throttled'] },
  'set-throttled': { SetFlag: ['none', 'throttled', 'throttled'] },
  'set-throttled-long': { SetFlag: ['none', ...Array.from({ length: 12 }, () => 'throttled' as const)] },
  'set-answer-lost': { SetFlag: ['none', 'answer-lost'] },
  'set-answers-lost': { SetFlag: ['none', 'answer-lost', 'answer-lost', 'answer-lost'] },
  'reads-throttled': { GetFlag: ['none', 'none', 'throttled', 'throttled', 'throttled'] },
  'reads-lost': { GetFlag: ['none', 'answer-lost', 'none', 'answer-lost'] },
  'drift-early': { driftAfterReads: 3 },
  'drift-late': { driftAfterReads: 6 },
};

type RecordedCall = Extract<RecordedFact, { is: 'call' }>['call'];

const recorded = ({ session, command, input, outcome }: FlagRequest, clock: Clock): RecordedCall => ({
  time: clock.now().toISOString(),
  step: session,
  principal: session,
  service: 'flags',
  command,
  input: JsonObject.parse(input),
  dryRun: input['validateOnly'] === true,
  mutating: command === 'SetFlag',
  outcome,
});

/** The service with its faults. `onCall` may throw, as if the caller had been killed. */
export const hostileFlags = (
  { setting }: HostileCase,
  recording: Recording,
  clock: () => Clock,
  onCall: (call: RecordedCall, credentialsFor: string | undefined) => void,
): FlagService => {
  const faults = setting.flags.flatMap((name) => FLAG_FAULTS[name] ?? []);
  let reads = 0;
  const service: FlagService = new FlagService(
    {
      [refOfFlag(OWN_FLAG)]: { enabled: true, percent: 50, version: 7, tags: tagsOf(setting) },
      [refOfFlag(DECOY_FLAG)]: { enabled: true, percent: 100, version: 1, tags: { environment: 'production' } },
    },
    (request) => {
      onCall(recorded(request, clock()), request.only);
      if (request.command !== 'GetFlag') return;
      reads += 1;
      if (faults.some(({ driftAfterReads }) => driftAfterReads === reads)) driftFlag(service, recording);
    },
  );
  service.fail('SetFlag', ...faults.flatMap(({ SetFlag = [] }) => SetFlag));
  service.fail('GetFlag', ...faults.flatMap(({ GetFlag = [] }) => GetFlag));
  return service;
};

/** Somebody sets the flag past Checkrein, each time to another percentage, which no plan has. */
export const driftFlag = (service: FlagService, recording: Recording): void => {
  const ref = refOfFlag(OWN_FLAG);
  service.drift(ref, { percent: 30 + (service.flag(ref).version % 19) });
  recording.add({ is: 'moved', targets: [idOf(OWN_FLAG)], of: 'configuration' });
};
