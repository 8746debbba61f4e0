import * as z from 'zod';
import { ended } from '../../../contracts/cloud-call.ts';
import { CloudError } from '../../../contracts/errors.ts';
import type { JsonObject } from '../../../contracts/json.ts';
import type { DryRunCheck } from '../../../contracts/plan.ts';
import type { ChangeContext } from '../../tool.ts';
import { listOf } from '../objects.ts';
import { readWorkload } from '../workload.ts';
import type { WorkloadChange, WorkloadEdit } from './edit.ts';
import { applyAsDryRun, asRead, patchWorkload } from './patch.ts';

/** Both dry runs that a cluster has: who owns the fields, and what the API server says about the very write. */
export const dryRunWorkload = async <Fields extends JsonObject>(
  { input: place, after }: WorkloadChange<Fields>,
  { cloud, change }: ChangeContext,
  edit: WorkloadEdit<Fields>,
): Promise<readonly DryRunCheck[]> => {
  const workload = await readWorkload(cloud, place.kind, place);
  const operations = [...asRead(workload), ...edit.operations(workload, after)];
  return [
    await checkOwners(() => applyAsDryRun(change, place, edit.intent(after))),
    await checkWrite(`patch ${place.kind}`, () => patchWorkload(change, place, operations, 'dry-run')),
  ];
};

const Conflicts = z.object({
  causes: listOf(
    z.object({ reason: z.string().default(''), message: z.string().default(''), field: z.string().default('') }),
  ),
});

const checkOwners = async (apply: () => Promise<unknown>): Promise<DryRunCheck> => {
  const name = 'field owners';
  try {
    await apply();
    return {
      name,
      outcome: 'passed',
      detail: 'Nobody else manages these fields, so nobody will write the old values back.',
    };
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    if (error.code !== 'Conflict') return refusedBy(name, error);
    return { name, outcome: 'unknown', detail: ownersText(error) };
  }
};

const ownersText = ({ details, awsMessage }: CloudError): string => {
  const { data } = Conflicts.safeParse(details);
  const owners = (data?.causes ?? []).flatMap(({ reason, message, field }) => {
    const owner = /conflict with "(?<owner>[^"]+)"/.exec(message)?.groups?.['owner'];
    return reason === 'FieldManagerConflict' && owner !== undefined
      ? [`${owner} manages ${field.replace(/^\./, '')}`]
      : [];
  });
  const says = owners.length === 0 ? ended(awsMessage) : `${owners.join('; ')}.`;
  return `${says} Whoever that is writes its own value again with its next apply or upgrade: change it at its source too.`;
};

const checkWrite = async (name: string, patch: () => Promise<unknown>): Promise<DryRunCheck> => {
  try {
    await patch();
    const detail =
      'The API server accepts this write: rights, syntax, defaults and admission (dry run of the cluster). Whether pods find room shows only once they are made.';
    return { name, outcome: 'passed', detail };
  } catch (error) {
    if (error instanceof CloudError) return refusedBy(name, error);
    throw error;
  }
};

const refusedBy = (name: string, { code, awsMessage }: CloudError): DryRunCheck => ({
  name,
  outcome: 'refused',
  detail: `${code}: ${awsMessage}`,
});
