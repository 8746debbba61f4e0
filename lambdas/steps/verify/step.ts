import type * as z from 'zod';
import { StepInput, VerifyOutput } from '../../contracts/flow.ts';
import type { EventData } from '../../contracts/events.ts';
import type { Rules } from '../../contracts/rules.ts';
import { VERIFY_READS } from '../../contracts/verify-reads.ts';
import { contractBroken } from '../../contracts/errors.ts';
import { agentOf } from '../../kernel/model/agents.ts';
import { asToolError } from '../../kernel/redaction/tool-errors.ts';
import { releaseLease } from '../../kernel/limits/lease.ts';
import { agentScope, tripBreaker } from '../../kernel/limits/breaker.ts';
import { Journal } from '../../kernel/trace/journal.ts';
import { locationOf } from '../../kernel/trace/location.ts';
import { VERIFY_INTERVAL_SECONDS } from '../../kernel/changes/timing.ts';
import { recordOutcome } from '../../kernel/limits/track-record.ts';
import { lastOf, openingOf, currentPlan, unansweredCalls } from '../../kernel/trace/queries.ts';
import type { Clock, CloudAccess, Ledger } from '../../contracts/ports.ts';
import type { Step } from '../../runtime/step.ts';
import { loadChangeTool } from '../../tools/load.ts';
import { checkAlarm, checkGuards, type HealthCheck } from './health-checks.ts';
import { verdictOf, type HealthSnapshot } from './verdict.ts';

export interface VerifyPorts {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly cloud: CloudAccess;
  readonly rules: Rules;
}

type Verified = EventData<'change.verified'>;

/** A look that AWS did not answer is unknown, which is neither good nor a reason to stop looking. */
const orUnknown = async (name: string, check: () => Promise<HealthCheck>): Promise<HealthCheck> => {
  try {
    return await check();
  } catch (error) {
    const told = asToolError(error);
    if (told === undefined) throw error;
    return { name, outcome: 'unknown', detail: told.says };
  }
};

const takeSnapshot = async (journal: Journal, ports: VerifyPorts): Promise<HealthSnapshot> => {
  const { plan } = currentPlan(journal.events);
  const applied = lastOf(journal.events, 'apply.finished');
  if (applied === undefined) throw contractBroken('Verify was entered without a change to verify.');
  const { alarm } = openingOf(journal.events).data;
  const tool = await loadChangeTool(plan.tool);
  const location = locationOf(journal.events);
  const context = { cloud: ports.cloud(tool.manifest.reads, location), clock: ports.clock, alarm };
  const postCondition = await orUnknown('post-condition', async () => {
    const { state } = await tool.describe(plan.input, context);
    const { holds, detail } = tool.postCondition(
      { input: plan.input, target: plan.target, before: plan.before, after: plan.after },
      state,
    );
    return { name: 'post-condition', outcome: holds ? 'good' : 'bad', detail: `${detail}.` };
  });
  const cloud = ports.cloud(VERIFY_READS, location);
  const now = ports.clock.now();
  const since = new Date(applied.at);
  const guards = await checkGuards(cloud, plan.target, since, now).catch((error: unknown) => {
    const told = asToolError(error);
    if (told === undefined) throw error;
    return [{ name: 'guard metrics', outcome: 'unknown' as const, detail: told.says }];
  });
  return {
    postCondition,
    alarm: await orUnknown('alarm', () => checkAlarm(cloud, alarm)),
    guards,
    secondsSinceChange: Math.floor((now.getTime() - since.getTime()) / 1000),
    reversible: plan.inverse.reversible,
  };
};

const told = (handle: string, { outcome, findings }: Verified): string => {
  const details = findings.map((finding) => finding.detail).join(' ');
  switch (outcome) {
    case 'healed':
      return `${handle} was applied and the alarm has healed. ${details} Conclude now, citing your evidence.`;
    case 'inconclusive':
      return `${handle} was applied, but whether it helped cannot be told. ${details} It stays in place.`;
    case 'waiting':
    case 'unhealed':
    case 'worse':
      return `${handle} was applied and did not help. ${details} It stays in place, because it cannot or must not be rolled back.`;
  }
};

/** Closes everything to an agent whose changes do not help. What runs already is still verified and rolled back. */
const trip = async (journal: Journal, ports: VerifyPorts, agent: string, trips: Verified['trips']): Promise<void> => {
  if (trips === undefined) return;
  const scope = agentScope(agent);
  await journal.once('breaker.tripped', async () => {
    await tripBreaker(ports.ledger, scope, { ...trips, incidentId: journal.incident, at: ports.clock.now() });
    return { data: { scope, ...trips } };
  });
};

const run = async (input: StepInput, ports: VerifyPorts): Promise<z.infer<typeof VerifyOutput>> => {
  const journal = await Journal.open(ports, 'verify', input);
  const agent = agentOf(ports.rules, input.agent);
  const { handle, digest, plan } = currentPlan(journal.eventsBefore);
  const { event } = await journal.once('change.verified', async () => {
    const snapshot = await takeSnapshot(journal, ports);
    const verdict = verdictOf(snapshot, agent);
    const ended = { digest, outcome: verdict.outcome, what: `${plan.tool} on ${plan.target.id}` };
    const trips = await recordOutcome(ports.ledger, agent.name, ended);
    const data: Verified = {
      digest,
      findings: [snapshot.postCondition, snapshot.alarm, ...snapshot.guards],
      secondsSinceChange: snapshot.secondsSinceChange,
      ...verdict,
      ...(trips && { trips }),
    };
    if (verdict.next !== 'report') return { data };
    const toolUseId = unansweredCalls(journal.events)[0]?.id ?? null;
    return { data, replies: [{ toolUseId, text: told(handle, data), isError: verdict.outcome !== 'healed' }] };
  });
  await trip(journal, ports, agent.name, event.data.trips);
  if (event.data.next === 'report') await releaseLease(ports.ledger, plan.target.arn, input.incidentId);
  const next = { wait: 'verify', rollback: 'rollback', report: 'decide' } as const;
  return {
    ...input,
    seq: journal.seq,
    next: next[event.data.next],
    waitSeconds: event.data.next === 'wait' ? VERIFY_INTERVAL_SECONDS : 0,
  };
};

/** Looks whether a change helped: post-condition, the triggering alarm, guard metrics. */
export const verify: Step<StepInput, z.infer<typeof VerifyOutput>, VerifyPorts> = {
  name: 'verify',
  input: StepInput,
  output: VerifyOutput,
  run,
};
