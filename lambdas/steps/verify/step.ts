import type * as z from 'zod';
import { StepInput, VerifyOutput } from '../../contracts/flow.ts';
import type { EventData } from '../../contracts/events.ts';
import { VERIFY_READS } from '../../contracts/step-reads.ts';
import { contractBroken } from '../../contracts/errors.ts';
import { agentOf } from '../../kernel/model/agents.ts';
import { toolResult, type ToolError } from '../../kernel/redaction/tool-errors.ts';
import { attachedAlarms } from '../../kernel/limits/attached-alarms.ts';
import { releaseLease } from '../../kernel/limits/lease.ts';
import { agentScope, tripBreaker } from '../../kernel/limits/breaker.ts';
import { Journal } from '../../kernel/trace/journal.ts';
import { toolContext } from '../../kernel/trace/tool-context.ts';
import { isLeftHalfWay } from '../../kernel/changes/half-way.ts';
import { VERIFY_INTERVAL_SECONDS } from '../../kernel/changes/timing.ts';
import { recordOutcome } from '../../kernel/limits/track-record.ts';
import { lastOf, currentPlan, unansweredCalls } from '../../kernel/trace/queries.ts';
import type { CloudAccess, StepPorts } from '../../contracts/ports.ts';
import type { Step } from '../../runtime/step.ts';
import { checkAlarms, checkPostCondition } from './health-checks.ts';
import { verdictOf, type HealthSnapshot } from './verdict.ts';
import { refOf } from '../../contracts/plan.ts';
import type { ToolPorts } from '../../tools/installed.ts';
import type { HealthCheck } from '../../tools/tool.ts';

export interface VerifyPorts extends StepPorts, ToolPorts {
  readonly cloud: CloudAccess;
}

type Verified = EventData<'change.verified'>;

/** A check that AWS did not answer is unknown, which is neither good nor bad. The others still run. */
const orUnknown = async <T>(name: string, run: () => Promise<T>): Promise<T | HealthCheck> => {
  const result = await toolResult(run);
  return result.ok ? result.value : unknown(name, result.error);
};

const unknown = (name: string, { message }: ToolError): HealthCheck => ({ name, outcome: 'unknown', detail: message });

const takeSnapshot = async (journal: Journal, ports: VerifyPorts): Promise<HealthSnapshot> => {
  const planned = currentPlan(journal.events);
  const { plan } = planned;
  const applied = lastOf(journal.events, 'apply.finished');
  if (applied === undefined) throw contractBroken('Verify was entered without a change to verify.');
  const tool = await ports.installed.catalogue.loadChange(plan.tool);
  const context = toolContext(ports, tool.manifest, journal.events);
  const target = await toolResult(() => tool.describe(plan.input, context));
  const postCondition = target.ok
    ? checkPostCondition(tool, plan, target.value.state)
    : unknown('post-condition', target.error);
  const { cloud, subject } = toolContext(ports, { reads: VERIFY_READS }, journal.events);
  const now = ports.clock.now();
  const since = new Date(applied.at);
  const guards = await orUnknown('guard metrics', () => tool.guards(plan, context, since));
  const attached = await attachedAlarms(ports.ledger, journal.incident);
  const alarms = await toolResult(() => checkAlarms(cloud, subject, attached));
  return {
    postCondition,
    ...(alarms.ok ? alarms.value : { alarm: unknown('alarm', alarms.error) }),
    guards: [guards].flat(),
    secondsSinceChange: Math.floor((now.getTime() - since.getTime()) / 1000),
    reversible: plan.inverse.reversible,
    verification: plan.verification,
    healedBy: subject.healedBy,
    leftHalfWay: target.ok && isLeftHalfWay(tool, planned, journal.events, target.value.state),
  };
};

const messageAbout = (handle: string, { outcome, findings }: Verified): string => {
  const details = findings.map((finding) => finding.detail).join(' ');
  const isWatched = findings.some(({ name, outcome: found }) => name === 'alarm' && found === 'good');
  switch (outcome) {
    case 'healed':
      return `${handle} was applied and ${isWatched ? 'the alarm has healed' : 'has stayed as planned'}. ${details} Conclude now, citing your evidence.`;
    case 'inconclusive':
      return `${handle} was applied, but it is not known whether it helped. ${details} It stays in place.`;
    case 'waiting':
    case 'unhealed':
    case 'worse':
      return `${handle} was applied and did not help. ${details} It stays in place, because it cannot or must not be rolled back.`;
  }
};

const run = async (input: StepInput, ports: VerifyPorts): Promise<z.infer<typeof VerifyOutput>> => {
  const journal = await Journal.open(ports, 'verify', input);
  const agent = agentOf(ports.rules, input.agent);
  const { handle, digest, plan } = currentPlan(journal.eventsBefore);
  const { event } = await journal.once('change.verified', async () => {
    const snapshot = await takeSnapshot(journal, ports);
    const verdict = verdictOf(snapshot, agent);
    const ended = { digest, outcome: verdict.outcome, what: `${plan.tool} on ${plan.target.id}` };
    const tooMany = await recordOutcome(ports.ledger, agent.name, ended);
    const data: Verified = {
      digest,
      findings: [
        snapshot.postCondition,
        snapshot.alarm,
        ...snapshot.guards,
        ...(snapshot.joined === undefined ? [] : [snapshot.joined]),
      ],
      secondsSinceChange: snapshot.secondsSinceChange,
      ...verdict,
      ...(tooMany && { trips: tooMany }),
    };
    if (verdict.next !== 'report') return { data };
    const toolUseId = unansweredCalls(journal.events)[0]?.id ?? null;
    return { data, replies: [{ toolUseId, text: messageAbout(handle, data), isError: verdict.outcome !== 'healed' }] };
  });
  const { trips } = event.data;
  // Stops new changes of an agent whose changes do not help. What has begun is still verified and rolled back.
  if (trips !== undefined) await tripBreaker(journal, ports, { scope: agentScope(agent.name), ...trips });
  if (event.data.next === 'report') await releaseLease(ports.ledger, refOf(plan.target), input.incidentId);
  const next = { wait: 'verify', rollback: 'rollback', report: 'decide' } as const;
  return {
    ...input,
    seq: journal.seq,
    next: next[event.data.next],
    waitSeconds: event.data.next === 'wait' ? VERIFY_INTERVAL_SECONDS : 0,
  };
};

/** Checks whether a change helped, by its post-condition, the triggering alarm and guard metrics. */
export const verify: Step<StepInput, z.infer<typeof VerifyOutput>, VerifyPorts> = {
  name: 'verify',
  input: StepInput,
  output: VerifyOutput,
  run,
};
