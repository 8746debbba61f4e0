import * as z from 'zod';
import { isKind, type TraceEventOf } from '../../../lambdas/contracts/events.ts';
import type { JsonObject } from '../../../lambdas/contracts/json.ts';
import type { RecordedCall } from '../../../local/account/account.ts';
import { isClusterCall } from '../fakes/cluster.ts';
import type { CaseRun } from '../flow.ts';
import type { RecordedFact } from '../recording.ts';
import { firstFault } from './invariant.ts';

/** Finds in a recording the calls that changed something, and what the trace says about them. */

/** A mutating call, with its index in the recording. */
export interface RecordedChange {
  readonly at: number;
  readonly call: RecordedCall;
  /** The one target that the credentials may change, where the provider says so. */
  readonly credentialsFor: string | undefined;
  /** From the session's name, which AWS records too: `apply-<incident>`. In a cluster the User-Agent says the incident. */
  readonly incidentId: string;
  readonly purpose: string;
  /** What the name of a session in a cluster says besides its mode. */
  readonly session?: { readonly tool: string; readonly uid: string };
  /** The object of a change in a cluster, right after it. */
  readonly object?: JsonObject;
}

const SESSION = /^(?:arn:aws:sts::\d{12}:assumed-role\/checkrein-change\/)?(apply|rollback)-(.+)$/;

const CLUSTER_SESSION = /\/(?<mode>dry|apply|undo)-(?<tool>[a-z_]+)-(?<uid>[0-9a-f-]{36})$/;
const PURPOSES: Readonly<Record<string, string>> = { dry: 'dry-run', apply: 'apply', undo: 'rollback' };
const DryRunQuery = z.object({ query: z.object({ dryRun: z.literal('All') }) });

/** Whether a call is a dry run: of a cluster, whether the API server would take it for one. */
export const isDryRunCall = (call: RecordedCall): boolean =>
  isClusterCall(call) ? DryRunQuery.safeParse(call.input).success : call.dryRun;

/** Mode, tool and UID in the name of a session in a cluster. */
export const clusterSessionOf = ({ principal }: RecordedCall) => {
  const { mode = '', tool = '', uid = '' } = CLUSTER_SESSION.exec(principal)?.groups ?? {};
  return { mode, tool, uid };
};

/** Every mutating call that was not a dry run, refused by AWS or not. */
export const changesIn = ({ entries }: Pick<CaseRun, 'entries'>): RecordedChange[] =>
  entries.flatMap((entry, at): RecordedChange[] => {
    if (entry.is !== 'call' || !entry.call.mutating || isDryRunCall(entry.call)) return [];
    if (isClusterCall(entry.call)) return [clusterChange(entry, at)];
    const [, purpose = 'no purpose', incidentId = 'nobody'] = SESSION.exec(entry.call.principal) ?? [];
    const { call, credentialsFor } = entry;
    return [{ at, call, credentialsFor, incidentId, purpose }];
  });

const clusterChange = (
  { call, credentialsFor, object }: Extract<RecordedFact, { is: 'call' }>,
  at: number,
): RecordedChange => {
  const { mode, ...session } = clusterSessionOf(call);
  const { incidentId = 'nobody' } = call;
  const purpose = PURPOSES[mode] ?? 'no purpose';
  return { at, call, credentialsFor, incidentId, purpose, session, ...(object && { object }) };
};

export const nameOfChange = ({ call, incidentId, purpose }: RecordedChange): string =>
  `${call.service}:${call.command} by ${purpose}-${incidentId.slice(0, 8)}`;

/** The first fault of a change in a case, with the name of the change. */
export const everyChange =
  (fault: (change: RecordedChange, run: CaseRun) => string | undefined) =>
  (run: CaseRun): string | undefined =>
    firstFault(changesIn(run), (change) => {
      const found = fault(change, run);
      return found === undefined ? undefined : `${nameOfChange(change)}: ${found}`;
    });

/** The last `apply.started` before a change. */
export const startOf = (
  { entries }: CaseRun,
  change: RecordedChange,
): { readonly at: number; readonly event: TraceEventOf<'apply.started'> } | undefined => {
  for (let at = change.at - 1; at >= 0; at -= 1) {
    const entry = entries[at];
    if (entry?.is !== 'event' || entry.event.incident !== change.incidentId) continue;
    if (isKind(entry.event, 'apply.started') && entry.event.data.purpose === change.purpose)
      return { at, event: entry.event };
  }
  return undefined;
};

const FlagState = z.object({ enabled: z.boolean(), percent: z.number() });

/** Both settings of a flag as one value, so that they are compared together; undefined if it is no flag. */
export const flagValue = (state: unknown): string | undefined => {
  const flag = FlagState.safeParse(state).data;
  return flag && `${flag.enabled ? 'on' : 'off'} for ${flag.percent} %`;
};

const Input = z.object({
  InstanceIds: z.array(z.string()).optional(),
  InstanceId: z.string().optional(),
  AutoScalingGroupName: z.string().optional(),
  InstanceType: z.object({ Value: z.string() }).optional(),
  DesiredCapacity: z.number().optional(),
});
const FlagInput = z.object({ service: z.string(), name: z.string(), ...FlagState.shape });

/** The target of a call, and the value that it sets. */
export const targetAndValue = (
  input: JsonObject,
): { readonly target: string; readonly value: string | number | undefined } => {
  const flag = FlagInput.safeParse(input).data;
  if (flag !== undefined) return { target: `${flag.service}/${flag.name}`, value: flagValue(flag) };
  const { InstanceIds, InstanceId, AutoScalingGroupName, InstanceType, DesiredCapacity } = Input.parse(input);
  return {
    target: InstanceIds?.join(',') ?? InstanceId ?? AutoScalingGroupName ?? '',
    value: InstanceType?.Value ?? DesiredCapacity,
  };
};
