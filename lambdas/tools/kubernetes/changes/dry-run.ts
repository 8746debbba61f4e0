import type { JsonObject } from '../../../contracts/json.ts';
import type { DryRunCheck } from '../../../contracts/plan.ts';
import type { ChangeContext } from '../../tool.ts';
import { workloadKindOf } from '../workload.ts';
import { dryRunObject } from './dry-run-object.ts';
import type { WorkloadChange, WorkloadEdit } from './edit.ts';

/** Both dry runs that a cluster has, of a change of a workload. */
export const dryRunWorkload = <Fields extends JsonObject>(
  { input: place, after }: WorkloadChange<Fields>,
  context: ChangeContext,
  edit: WorkloadEdit<Fields>,
): Promise<readonly DryRunCheck[]> => dryRunObject({ kind: workloadKindOf(place.kind), place, after }, context, edit);
