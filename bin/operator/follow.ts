import type { JsonObject } from '../../lambdas/contracts/json.ts';
import { CheckreinError } from '../../lambdas/contracts/errors.ts';
import { ours, plain, sentence } from '../../lambdas/kernel/trace/outside-text.ts';
import { lastOf } from '../../lambdas/kernel/trace/queries.ts';
import { reportOf } from '../../lambdas/kernel/trace/report.ts';
import { verifyLine } from '../../lambdas/kernel/trace/verify-line.ts';
import { whatHappened } from '../../lambdas/kernel/trace/what-happened.ts';
import { printer, printJson } from '../io/output.ts';
import { deployedTraces } from './deployed-traces.ts';
import { untilEnded, type StartedFlow } from './started-flow.ts';

interface FollowFlags {
  readonly stack: string;
  readonly wait?: boolean;
  readonly json?: boolean;
}

/** Says what was started and how to follow it, or waits for it and prints the report. */
export const follow = async (
  started: StartedFlow,
  said: { readonly sentence: string; readonly fields: JsonObject },
  { stack, wait = false, json = false }: FollowFlags,
): Promise<void> => {
  const print = printer(json);
  const option = stack === 'Checkrein' ? '' : ` --stack ${stack}`;
  print(sentence(said.sentence));
  print(plain`Incident ${started.incident}`);
  const fields = { ...said.fields, incident: started.incident, executionArn: started.executionArn };
  if (!wait) {
    print(
      ours(`To read it, once it is closed:\n  npx checkrein trace get ${started.incident}${option} --out trace.jsonl`),
    );
    if (json) printJson(fields);
    return;
  }
  print(plain`Waiting until it is closed …`);
  const incident = await untilEnded(started);
  if (incident !== started.incident) {
    print(ours(`It joined the incident ${incident}, which is about the same and was open:`));
    print(ours(`  npx checkrein trace get ${incident}${option} --out trace.jsonl`));
    if (json) printJson({ ...fields, joined: incident });
    return;
  }
  const ending = await endingOf(incident, stack);
  if (json) printJson({ ...fields, ...ending.fields });
  else printer(false)(ours(`\n${ending.report}`));
};

/** The execution ended, and there is no report. */
class NoReport extends CheckreinError {
  constructor(message: string) {
    super('NoReport', message, 'Outcomes, and what to do: docs/operator-runbook.md.');
  }
}

/** The report of a closed incident, and what it says in fields. An event that was not taken has a reason instead. */
const endingOf = async (incident: string, stack: string): Promise<{ report: string; fields: JsonObject }> => {
  const trace = await (await deployedTraces(stack)).trace(incident);
  const events = trace?.events ?? [];
  const refused = lastOf(events, 'incident.refused')?.data;
  if (refused !== undefined) throw new NoReport(`${incident} opened no incident: ${refused.reason}`);
  if (trace?.fault !== undefined) throw trace.fault;
  const closed = lastOf(events, 'incident.closed')?.data;
  if (closed === undefined) throw new NoReport(`The ledger of stack ${stack} has no end of the incident ${incident}.`);
  const report = reportOf(events, verifyLine({ trace: 'trace.jsonl', incident }));
  return {
    report,
    fields: { outcome: closed.outcome, summary: closed.summary, happened: whatHappened(events).map(String) },
  };
};
