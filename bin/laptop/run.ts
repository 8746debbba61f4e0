import { join } from 'node:path';
import type { World } from '../../local/account/world/world.ts';
import { readWorld } from '../../local/account/world/read.ts';
import { readEvent } from '../../local/files.ts';
import { withOnly } from '../../local/rules.ts';
import { prepareRun } from '../../local/out-directory.ts';
import type { RunFiles, RunOptions, RunResult } from '../../local/run.ts';
import { ours, plain } from '../../lambdas/kernel/trace/outside-text.ts';
import type { Json } from '../../lambdas/contracts/json.ts';
import { applicationAt, type Application, type ApplicationFlags } from '../../local/application.ts';
import type { Rules } from '../../lambdas/contracts/rules.ts';
import type { ModelSource } from '../../lambdas/contracts/settings.ts';
import { InputError } from '../../lambdas/contracts/errors.ts';
import type { Interruption } from '../../local/interruption.ts';
import { interruptible } from '../io/signals.ts';
import { modelFor } from './model.ts';
import { nextSteps, type RepeatedFlags } from './next-steps.ts';
import { eventPrinter, printer, printJson, sentencePrinter } from '../io/output.ts';

/** Flags of `checkrein run`, as commander passes them. */
export interface RunFlags extends RepeatedFlags, ApplicationFlags {
  readonly json?: boolean;
}

/** The same without the event. */
type PlayFlags = Omit<RunFlags, 'event' | keyof ApplicationFlags>;

/** Each run has a directory in it, named after its incident. */
const DEFAULT_OUT = '.checkrein';

const approvalFor = (flag: RunFlags['approve']): RunOptions['approve'] => {
  switch (flag) {
    case 'yes':
      return { kind: 'preset', answers: [{ answer: 'approve', reason: 'answered by --approve yes' }] };
    case 'no':
      return { kind: 'preset', answers: [{ answer: 'deny', reason: 'answered by --approve no' }] };
    case 'ask':
      if (process.stdin.isTTY && process.stderr.isTTY) return { kind: 'ask' };
      throw new InputError(
        '--approve ask',
        'standard input and standard error are not a terminal, so nobody can be asked there',
        '--approve yes or --approve no, or a terminal',
      );
  }
};

/** Runs one event on this machine and writes its trace, report and calls. */
export const runEvent = async (flags: RunFlags): Promise<void> =>
  playOnLaptop(applicationAt(flags), flags, () => readEvent(flags.event), flags);

/** Makes an event for a simulated account and runs it. `repeated`: the flags of `checkrein run` that do the same again. */
export const playOnLaptop = async (
  app: Application,
  flags: PlayFlags,
  eventIn: (world: World) => Json,
  repeated?: RepeatedFlags,
): Promise<void> => interruptible((interruption) => runUntil(app, flags, eventIn, repeated, interruption));

const runUntil = async (
  app: Application,
  flags: PlayFlags,
  eventIn: (world: World) => Json,
  repeated: RepeatedFlags | undefined,
  interruption: Interruption,
): Promise<void> => {
  const json = flags.json === true;
  const approve = approvalFor(flags.approve);
  const print = sentencePrinter(json);
  const world = readWorld(flags.world, app.installed.catalogue.manifests);
  const event = eventIn(world);
  prepareRun(flags.out ?? DEFAULT_OUT);
  const { model, source } = await modelFor(app, flags);
  // A misspelt agent is refused before anything is printed; without one, the first line does not wait for the rules.
  const chosen = flags.agent === undefined ? undefined : rulesFor(app, source, flags.agent);
  if (!json)
    print(
      plain`Checkrein on a laptop: simulated account ${world.account}, ${world.region}. Nothing leaves this machine${ours(source === undefined ? '' : ' except calls to the model')}.\nSynthesizing the state machine …\n`,
    );
  const rules = chosen ?? rulesFor(app, source);
  // Loaded now, because the CDK takes seconds.
  const { runOnLaptop, runSummary, writeRun } = await import('../../local/run.ts');
  const result = await runOnLaptop({
    event,
    world,
    rules,
    installed: app.installed,
    model,
    approve,
    interruption,
    onEvent: eventPrinter(json),
    onPage: (url) => print(plain`Approval page: ${ours(url)} (the link of each approver is in the message)`),
    onMessage: (message) => {
      if (flags.approve === 'ask' && (message.about === 'approval' || message.about === 'receipt'))
        print(plain`\n${ours(message.text)}\n`);
    },
  });
  const files = writeRun(flags.out ?? join(DEFAULT_OUT, result.incidentId), result);
  if (json) printJson(runSummary(result, files));
  else
    printer(false)(
      plain`\n${ours([...filesOf(files), '', ...nextSteps(askedPeople(result.events) ? repeated : undefined, files)].join('\n'))}`,
    );
};

/** Only where a person was asked is there something to decide. */
const askedPeople = (events: RunResult['events']): boolean => events.some(({ kind }) => kind === 'approval.asked');

const rulesFor = (app: Application, source: ModelSource | undefined, agent?: string): Rules => {
  const all = source === undefined ? app.rules : app.rulesWithModel(source);
  return agent === undefined ? all : withOnly(all, agent);
};

const filesOf = ({ report, trace, calls, moments }: RunFiles): string[] => [
  `Report  ${report}`,
  `Trace   ${trace}`,
  `Calls   ${calls}`,
  `Moments ${moments}`,
];
