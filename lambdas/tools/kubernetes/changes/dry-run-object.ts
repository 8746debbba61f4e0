import * as z from 'zod';
import { ended } from '../../../contracts/cloud-call.ts';
import { CloudError } from '../../../contracts/errors.ts';
import type { JsonObject } from '../../../contracts/json.ts';
import type { DryRunCheck } from '../../../contracts/plan.ts';
import type { ChangeContext } from '../../tool.ts';
import { listOf } from '../objects.ts';
import { managerText } from './owners.ts';
import { applyAsDryRun, asRead, patchObject, readObject } from './object.ts';
import type { AnyObject, ObjectKind, ObjectPlace } from './object.ts';
import { isPart, type ObjectEdit, type ObjectWrite } from './write-object.ts';

/** An object, and the fields that it is to have. */
export interface PlannedWrite<T extends AnyObject, Fields> {
  readonly kind: ObjectKind<T>;
  readonly place: ObjectPlace;
  /** May hold more than the fields. */
  readonly after: Fields;
}

/** Both dry runs that a cluster has: who owns the fields, and what the API server says about the very write. */
export const dryRunObject = async <T extends AnyObject, Fields extends JsonObject>(
  planned: PlannedWrite<T, Fields>,
  context: ChangeContext,
  edit: ObjectEdit<T, Fields>,
): Promise<readonly DryRunCheck[]> => [
  await checkOwners(
    () => applyAsDryRun(context.change, planned.kind, planned.place, edit.intent(planned.after)),
    edit.makers ?? [],
  ),
  await dryRunWrite(planned, context, edit),
];

/** What the API server says about the very write, and whether it would leave what the plan says. */
export const dryRunWrite = async <T extends AnyObject, Fields extends JsonObject>(
  { kind, place, after }: PlannedWrite<T, Fields>,
  { cloud, change }: ChangeContext,
  edit: ObjectWrite<T, Fields>,
): Promise<DryRunCheck> => {
  const object = await readObject(cloud, kind, place);
  const operations = [...asRead(object), ...edit.operations(object, after)];
  // A node or a flag makes no pods.
  const makesPods = ['apps/v1', 'autoscaling/v2'].includes(kind.service);
  return checkWrite(
    { name: `patch ${kind.resource}`, makesPods },
    () => patchObject(change, kind, place, operations, 'dry-run'),
    (predicted) => isPart(edit.fields(predicted), after),
  );
};

const Conflicts = z.object({
  causes: listOf(
    z.object({ reason: z.string().default(''), message: z.string().default(''), field: z.string().default('') }),
  ),
});

const OWNERS = 'field owners';

const checkOwners = async (apply: () => Promise<unknown>, makers: readonly string[]): Promise<DryRunCheck> => {
  try {
    await apply();
    return ownersCheck([]);
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    if (error.code !== 'Conflict') return refusedBy(OWNERS, error);
    const owners = ownersIn(error);
    const writers = owners.filter((owner) => !makers.some((maker) => owner.startsWith(`${maker} manages `)));
    return writers.length > 0 || owners.length === 0 ? ownersCheck(writers) : madeCheck(owners);
  }
};

/** Who else manages the fields of a change, as sentences without their end: `helm manages spec.replicas`. */
export const ownersCheck = (owners: readonly string[]): DryRunCheck =>
  owners.length === 0
    ? {
        name: OWNERS,
        outcome: 'passed',
        detail: 'Nobody else manages these fields, so nobody will write the old values back.',
      }
    : {
        name: OWNERS,
        outcome: 'warning',
        detail: `${ended(owners.join('; '))} ${owners.every((owner) => BY_HAND.test(owner)) ? HAND : APPLIED}`,
      };

const madeCheck = (owners: readonly string[]): DryRunCheck => ({
  name: OWNERS,
  outcome: 'passed',
  detail: `${ended(owners.join('; '))} It made this object and does not write these fields again.`,
});

/** Managers by whose name a person typed a command: nothing repeats it. */
const BY_HAND = /^kubectl-(edit|patch|scale|set|rollout|label|annotate|replace) /;
const HAND =
  'That was written by hand, so nothing writes the old value back by itself; whoever did it does not know of this change.';
const APPLIED =
  'Whoever that is writes its own value again with its next apply or upgrade: change it at its source too.';

const ownersIn = ({ details, awsMessage }: CloudError): readonly string[] => {
  const { data } = Conflicts.safeParse(details);
  const owners = (data?.causes ?? []).flatMap(({ reason, message, field }) => {
    const owner = /conflict with "(?<owner>[^"]+)"/.exec(message)?.groups?.['owner'];
    return reason === 'FieldManagerConflict' && owner !== undefined
      ? [`${managerText(owner)} manages ${field.replace(/^\./, '')}`]
      : [];
  });
  return owners.length === 0 ? [awsMessage] : owners;
};

const checkWrite = async <T>(
  { name, makesPods }: { readonly name: string; readonly makesPods: boolean },
  patch: () => Promise<T>,
  isAsPlanned: (predicted: T) => boolean,
): Promise<DryRunCheck> => {
  try {
    if (!isAsPlanned(await patch())) return { name, outcome: 'refused', detail: OTHERWISE };
    const accepted =
      'The API server accepts this write: rights, syntax, defaults and admission (dry run of the cluster).';
    const later = makesPods ? ' Whether pods find room shows only once they are made.' : '';
    return { name, outcome: 'passed', detail: `${accepted}${later}` };
  } catch (error) {
    if (error instanceof CloudError) return refusedBy(name, error);
    throw error;
  }
};

/** What is read back would never be what the plan says. */
const OTHERWISE =
  'The API server would make something else of this write: a webhook changes it, or a newer version of the API fills in fields that it lacks.';

const refusedBy = (name: string, { code, awsMessage }: CloudError): DryRunCheck => ({
  name,
  outcome: 'refused',
  detail: `${code}: ${awsMessage}`,
});
