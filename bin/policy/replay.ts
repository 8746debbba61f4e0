import { InputError } from '../../lambdas/contracts/errors.ts';
import { verifyTrace } from '../../lambdas/kernel/trace/chain.ts';
import { policyEngine } from '../../lambdas/kernel/policy/engine.ts';
import { lastOf } from '../../lambdas/kernel/trace/queries.ts';
import { applicationAt, type ApplicationFlags } from '../../local/application.ts';
import { agentIn, replacePolicies } from './config-directory.ts';
import { reevaluate, type Decision, type Reevaluated, type CurrentRules } from './reevaluation.ts';
import { coloursFor } from '../io/timeline-lines.ts';
import { readTrace, traceLines } from '../io/trace-file.ts';
import { ours, plain, sentence, styled, type PlainText } from '../../lambdas/kernel/trace/outside-text.ts';
import { printer, printJson } from '../io/output.ts';

/** Flags of `checkrein replay`. */
export interface ReplayFlags extends ApplicationFlags {
  readonly policies?: string;
  readonly agent?: string;
  readonly unverified?: boolean;
  readonly failOnChange?: boolean;
  readonly json?: boolean;
}

interface Replayed {
  readonly trace: string;
  readonly incident: string;
  readonly verified: boolean;
  readonly decisions: readonly Reevaluated[];
}

const replayOne = (path: string, today: Omit<CurrentRules, 'agent'>, flags: ReplayFlags): Replayed => {
  const events = readTrace(path);
  const verdict = verifyTrace(traceLines(path));
  if (!verdict.sound && flags.unverified !== true)
    throw new InputError(
      `trace ${path}`,
      `it does not verify: event ${verdict.seq}: ${verdict.reason}`,
      'a sealed trace, or --unverified to accept it as it is',
    );
  const name = lastOf(events, 'incident.opened')?.data.agent;
  const agent =
    flags.agent === undefined
      ? today.rules.agents.find((one) => one.name === name)
      : agentIn(flags.agent, today.catalogue);
  return {
    trace: path,
    incident: events[0].incident,
    verified: verdict.sound,
    decisions: reevaluate(events, { ...today, agent }),
  };
};

const inWords = ({ verdict, approvals, trips }: Decision): PlainText =>
  plain`${verdict}${approvals === null ? '' : plain` by ${approvals}`}${trips === null ? '' : plain` and trips the breaker`}`;

const grounds = ({ statements, reason }: Decision): PlainText =>
  statements.length > 0
    ? plain`${statements.map((one) => plain`  ${one.effect} ${one.id}: ${sentence(one.reason)}`)}`
    : plain`  ${sentence(reason)}`;

const printOne = ({ trace, incident, verified, decisions }: Replayed): void => {
  const print = printer(false);
  const colours = coloursFor(process.stdout);
  print(
    plain`${ours(trace)}, incident ${incident}${verified ? '' : styled(colours.yellow, plain`, not verified`)}: ${decisions.length} evaluated again`,
  );
  for (const { seq, about, what, was, wouldBe, change, note } of decisions) {
    if (change === 'none') continue;
    const heading =
      change === 'unknown'
        ? plain`cannot be evaluated`
        : change === 'statements'
          ? plain`determined by other policies`
          : plain`would differ`;
    print(
      plain`  ${ours(String(seq).padStart(3))}  ${styled(colours.yellow, heading)}: the ${about} ${sentence(what)}`,
    );
    if (wouldBe === null) print(plain`       ${sentence(note ?? '')}`);
    else {
      print(plain`       was       ${inWords(was)}${styled(colours.dim, grounds(was))}`);
      print(plain`       would be  ${inWords(wouldBe)}${styled(colours.dim, grounds(wouldBe))}`);
    }
  }
};

const count = (replayed: readonly Replayed[], change: Reevaluated['change']): number =>
  replayed.flatMap((one) => one.decisions).filter((one) => one.change === change).length;

const totalsOf = (replayed: readonly Replayed[]) => ({
  decisions: replayed.reduce((sum, one) => sum + one.decisions.length, 0),
  same: count(replayed, 'none'),
  otherGrounds: count(replayed, 'statements'),
  differ: count(replayed, 'decision'),
  notJudged: count(replayed, 'unknown'),
});

/** Evaluates recorded incidents again and prints the differences. */
export const replayTraces = async (traces: readonly string[], flags: ReplayFlags): Promise<void> => {
  const { rules: own, installed } = applicationAt(flags);
  const { catalogue, providers } = installed;
  const rules = flags.policies === undefined ? own : replacePolicies(own, flags.policies);
  const current = { rules, catalogue, policy: policyEngine(rules, providers) };
  const replayed = traces.map((path) => replayOne(path, current, flags));
  const totals = totalsOf(replayed);
  if (flags.failOnChange === true && totals.differ > 0) process.exitCode = 1;
  if (flags.json === true) {
    printJson({ rulesHash: rules.hash, totals, traces: replayed });
    return;
  }
  replayed.forEach(printOne);
  const { decisions, same, otherGrounds, differ, notJudged } = totals;
  printer(false)(
    plain`\n${decisions} decisions evaluated again: ${same} the same, ${otherGrounds} the same by other policies, ${differ} would differ, ${notJudged} cannot be evaluated.`,
  );
};
