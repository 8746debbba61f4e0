import * as z from 'zod';
import { isKind, type TraceEventOf } from '../../../lambdas/contracts/events.ts';
import type { JsonObject } from '../../../lambdas/contracts/json.ts';
import type { Plan } from '../../../lambdas/contracts/plan.ts';
import type { RecordedCall } from '../../../local/account/account.ts';
import type { RecordedFact } from '../recording.ts';
import type { PlayedCase } from '../play.ts';

/** Questions to a chronicle about the calls that changed something. */

/** A call that was meant to change something, with its place in the chronicle. */
export interface Mutation {
  readonly at: number;
  readonly call: RecordedCall;
  /** From the role session's name, which AWS records too: `apply-<incident>`. */
  readonly incidentId: string;
  readonly purpose: string;
}

const SESSION = /^arn:aws:sts::\d{12}:assumed-role\/checkrein-change\/(apply|rollback)-(.+)$/;

/** Every call that was not a rehearsal and could change something, whether or not AWS refused it. */
export const mutationsOf = ({ entries }: PlayedCase): Mutation[] =>
  entries.flatMap((entry, at) => {
    if (entry.is !== 'call' || !entry.call.mutating || entry.call.dryRun) return [];
    const [, purpose = 'no purpose', incidentId = 'nobody'] = SESSION.exec(entry.call.principal) ?? [];
    return [{ at, call: entry.call, incidentId, purpose }];
  });

/** The newest write-ahead of a mutation before it was made. */
export const startOf = (
  { entries }: PlayedCase,
  mutation: Mutation,
): { readonly at: number; readonly event: TraceEventOf<'apply.started'> } | undefined => {
  for (let at = mutation.at - 1; at >= 0; at -= 1) {
    const entry = entries[at];
    if (entry?.is !== 'event' || entry.event.incident !== mutation.incidentId) continue;
    if (isKind(entry.event, 'apply.started') && entry.event.data.purpose === mutation.purpose)
      return { at, event: entry.event };
  }
  return undefined;
};

/** The plan that a digest stands for, wherever it was made. */
export const planOf = ({ entries }: PlayedCase, digest: string): Plan | undefined => {
  for (const entry of entries)
    if (entry.is === 'event' && isKind(entry.event, 'dry-run.finished') && entry.event.data.made)
      if (entry.event.data.digest === digest) return entry.event.data.plan;
  return undefined;
};

/** Entries of a kind of event, with their places. */
export const mutationEventsIn = <K extends Parameters<typeof isKind>[1]>(
  entries: readonly RecordedFact[],
  kind: K,
): { readonly at: number; readonly event: TraceEventOf<K> }[] =>
  entries.flatMap((entry, at) => {
    if (entry.is !== 'event' || !isKind(entry.event, kind)) return [];
    return [{ at, event: entry.event }];
  });

const Aim = z.object({
  InstanceIds: z.array(z.string()).optional(),
  InstanceId: z.string().optional(),
  AutoScalingGroupName: z.string().optional(),
  InstanceType: z.object({ Value: z.string() }).optional(),
  DesiredCapacity: z.number().optional(),
});

/** What a call is aimed at, and to what it sets it. */
export const aimOf = (input: JsonObject): { readonly target: string; readonly value: string | number | undefined } => {
  const { InstanceIds, InstanceId, AutoScalingGroupName, InstanceType, DesiredCapacity } = Aim.parse(input);
  return {
    target: InstanceIds?.join(',') ?? InstanceId ?? AutoScalingGroupName ?? '',
    value: InstanceType?.Value ?? DesiredCapacity,
  };
};
