import { randomUUID } from 'node:crypto';
import type { TraceEvent } from '../../lambdas/contracts/events.ts';
import { canonical } from '../../lambdas/kernel/trace/canonical.ts';
import { verifyTrace } from '../../lambdas/kernel/trace/chain.ts';
import { lastOf } from '../../lambdas/kernel/trace/queries.ts';
import type { Deployment } from './deployment.ts';
import {
  fail,
  ok,
  warn,
  type DoctorAws,
  type DoctorFinding,
  type DoctorVerdict,
  type DryIncident,
} from './doctor-finding.ts';

/** The event of the dry incident without an alarm. No agent handles it, so no model is called and nothing changes. */
const EVENT = { source: 'checkrein.doctor', 'detail-type': 'Dry incident', resources: [], detail: {} } as const;
const LOOK = 'See "Failed executions" in docs/operator-runbook.md.';

interface Ended {
  readonly verdict: DoctorVerdict;
  readonly events: readonly TraceEvent[];
}

/** Sends a dry incident the way of an alarm if the caller may raise one, else straight into the flow. */
export const dryIncident = async (aws: DoctorAws, deployment: Deployment, notify: boolean): Promise<Ended> => {
  const { DoctorAlarmName, FlowArn, StartArn } = deployment;
  if (DoctorAlarmName === undefined) {
    const ended = await endedAs(aws, deployment, await aws.runFlow(StartArn, { ...EVENT, ...(await aws.caller()) }));
    return partly(ended, 'An earlier version deployed this stack, without the alarm of the doctor.', 'npx cdk deploy');
  }
  const raised = await aws.raiseAlarm(DoctorAlarmName, FlowArn, { run: randomUUID(), notify });
  if ('mayNot' in raised) {
    const ended = await endedAs(aws, deployment, await aws.runFlow(StartArn, { ...EVENT, ...(await aws.caller()) }));
    const todo = `Allow ${raised.mayNot}: the doctor raises the alarm ${DoctorAlarmName} with cloudwatch:SetAlarmState and finds its incident with states:ListExecutions.`;
    return partly(ended, `You may not call ${raised.mayNot}, so no alarm was raised.`, todo);
  }
  if (raised.status === 'NOT STARTED') return { verdict: lostAlarm(DoctorAlarmName), events: [] };
  return endedAs(aws, deployment, raised, notify);
};

/** An incident that did not come from an alarm says nothing about the way from the alarm, nor about the model. */
const partly = ({ verdict }: Ended, why: string, todo: string): Ended => ({
  verdict:
    verdict.verdict === 'ok'
      ? warn(`${verdict.says} ${why} Whether alarms arrive and models answer was not tested.`, todo)
      : verdict,
  events: [],
});

const lostAlarm = (alarm: string): DoctorVerdict =>
  fail(
    `The alarm ${alarm} was raised, and within a minute no execution of the flow was started for it.`,
    'See "The alarm of the doctor" in docs/operator-runbook.md.',
  );

/** Whether the incident ran through the flow and its trace verifies. */
const endedAs = async (
  aws: DoctorAws,
  { LedgerTable }: Pick<Deployment, 'LedgerTable'>,
  { incident, status, reason }: DryIncident,
  notify = false,
): Promise<Ended> => {
  if (status !== 'SUCCEEDED') {
    const why = reason === undefined ? '.' : `: ${reason}`;
    return { verdict: fail(`The dry incident ${incident} ended as ${status}${why}`, LOOK), events: [] };
  }
  const events = await aws.trace(LedgerTable, incident);
  if (lastOf(events, 'incident.refused') === undefined) {
    const says = `The dry incident ${incident} was handled by an agent.`;
    return { verdict: fail(says, 'Narrow the event pattern of that agent.'), events: [] };
  }
  const verdict = verifyTrace(events.map((event) => canonical(event)));
  if (!verdict.sound) {
    const says = `The trace of the dry incident ${incident} is broken at event ${String(verdict.seq)}: ${verdict.reason}.`;
    return { verdict: fail(says, LOOK), events: [] };
  }
  const says = `The dry incident ${incident} was opened, closed and sealed; its trace of ${String(events.length)} events is sound.`;
  return { verdict: notify ? withNotice(events, says) : ok(says), events };
};

/** What became of the message that tests the mail of the approvers. */
const withNotice = (events: readonly TraceEvent[], says: string): DoctorVerdict => {
  const notified = lastOf(events, 'people.notified')?.data;
  if (notified === undefined) return warn(`${says} The approvers got no message.`, 'See the line about models.');
  if (notified.sent) return ok(`${says} The approvers get its closing message: ask them.`);
  return notified.digest === true
    ? ok(`${says} The approvers get its closing message as a line of the next digest: ask them.`)
    : fail(`${says} The closing message could not be sent: ${notified.error ?? 'unknown error'}.`, LOOK);
};

/** Whether every model answered, as the trace of a dry incident from an alarm says. Undefined without a trace. */
export const modelVerdict = (events: readonly TraceEvent[]): DoctorVerdict | undefined => {
  const tested = lastOf(events, 'model.tested')?.data.models;
  if (tested !== undefined) {
    const silent = tested.filter(({ answered }) => !answered);
    return silent.length === 0
      ? ok(`Every model answered, under the role of Decide: ${tested.map(({ model }) => model).join(', ')}.`)
      : fail(silent.map(({ reason }) => reason).join(' '), [...new Set(silent.map(({ advice }) => advice))].join(' '));
  }
  const failed = lastOf(events, 'harness.failed')?.data;
  if (failed !== undefined) return fail(`Decide failed: ${failed.error}. ${failed.cause}`, LOOK);
  const refused = lastOf(events, 'incident.refused')?.data;
  return refused && warn(refused.reason, 'Then run the doctor again.');
};

/** What the change zone found out about each cluster. Nothing if the run did not get as far as the models. */
export const clusterFindings = (events: readonly TraceEvent[], expected: readonly string[]): DoctorFinding[] => {
  if (lastOf(events, 'model.tested') === undefined) return [];
  const tested = lastOf(events, 'clusters.tested')?.data.clusters ?? [];
  const failed = lastOf(events, 'harness.failed')?.data;
  const missing = failed
    ? fail(`It was not tested, because a step failed: ${failed.error}. ${failed.cause}`, LOOK)
    : fail('It was not tested: the deployed stack does not have it.', 'npx cdk deploy');
  return [...new Set([...expected, ...tested.map(({ cluster }) => cluster)])].map((name) => {
    const check = `cluster ${name}`;
    const found = tested.find(({ cluster }) => cluster === name);
    if (found === undefined) return { check, ...missing };
    return {
      check,
      ...(found.outcome === 'ok' ? ok(found.says) : { warn, fail }[found.outcome](found.says, found.advice)),
    };
  });
};
