import * as z from 'zod';
import { ToolRefusal } from '../../contracts/errors.ts';
import { growPercent } from '../aws/capacity.ts';
import { unknownCost } from '../aws/prices.ts';
import { canonicalQuantity } from '../kubernetes/canonical-quantity.ts';
import { dryRunObject } from '../kubernetes/changes/dry-run-object.ts';
import { readObject } from '../kubernetes/changes/object.ts';
import { describeObject, Released, RELEASED } from '../kubernetes/changes/plain-object.ts';
import { quotaUsePercentAfter } from '../kubernetes/changes/quota.ts';
import { gitOpsOf, sourceChecks, writtenBackAfter } from '../kubernetes/changes/source.ts';
import { commitInstead, fieldChanges } from '../kubernetes/changes/when-refused.ts';
import { writeObject, type ObjectEdit } from '../kubernetes/changes/write-object.ts';
import { nanosOf, wholeOf } from '../kubernetes/quantity.ts';
import { amountText } from '../kubernetes/text.ts';
import { changeTool } from '../tool.ts';
import { CLAIMS, Resize, resizeOf, sizeOf, type Claim } from './claim.ts';
import { assertGrowable } from './growable.ts';
import { manifest } from './manifest.ts';
import { resizeProgress } from './progress.ts';
import { mountsOf, mountsText, templateChecks } from './users.ts';

const State = z.strictObject({ size: z.string(), resize: Resize, ...Released.shape });

const GROWN = { resize: 'done', ...RELEASED } as const;

const FIELD = 'spec.resources.requests.storage';
const GIB = 1024 ** 3;
/** What whoever writes the old size back meets. */
const TOO_SMALL = 'Once the volume has grown, the cluster refuses the smaller size, and all of that write with it.';

const edit: ObjectEdit<Claim, { size: string }> = {
  fields: (claim) => ({ size: sizeOf(claim) }),
  operations: (_, { size }) => [{ op: 'replace', path: '/spec/resources/requests/storage', value: size }],
  intent: ({ size }) => ({ spec: { resources: { requests: { storage: size } } } }),
  // A StatefulSet makes claims from its template, and leaves them alone from then on.
  makers: ['kube-controller-manager'],
};

export const tool = changeTool(manifest, State, {
  describe: (input, context) =>
    describeObject(CLAIMS, { ...input, targetKind: manifest.targetKind }, context, (claim) => ({
      ...edit.fields(claim),
      resize: resizeOf(claim),
    })),

  async configuration(input, { cloud }) {
    const { metadata, spec, status } = await readObject(cloud, CLAIMS, input);
    return {
      storageClass: spec.storageClassName,
      volume: spec.volumeName,
      capacity: status.capacity.storage,
      phase: status.phase,
      owners: metadata.ownerReferences.map(({ kind, name }) => `${kind} ${name}`).sort(),
    };
  },

  predict({ name, size }, before) {
    const after = canonicalQuantity(size);
    if (nanosOf(after) === nanosOf(before.size)) throw new ToolRefusal(`${name} already asks for ${before.size}.`);
    if (nanosOf(after) < nanosOf(before.size))
      throw new ToolRefusal(
        `${name} asks for ${before.size}, and a claim never shrinks, so not to ${after}. Propose more than ${before.size}, or nothing.`,
      );
    return { size: after, ...GROWN };
  },

  shown: ({ before, after }) => ({ before: { size: before.size }, after: { size: after.size } }),

  async facts({ input, after }, { cloud }) {
    const claim = await readObject(cloud, CLAIMS, input);
    await assertGrowable(cloud, input, claim, after.size);
    const { pods, ready } = await mountsOf(cloud, input, input.name);
    const [present, wanted] = [wholeOf(claim.status.capacity.storage), wholeOf(after.size)];
    // Quotas count what claims ask for, of all classes together and of each.
    const more = nanosOf(after.size) - nanosOf(sizeOf(claim));
    const demand = {
      'requests.storage': more,
      [`${claim.spec.storageClassName}.storageclass.storage.k8s.io/requests.storage`]: more,
    };
    return {
      cutPercent: 0,
      growPercent: growPercent({ before: present, after: wanted }),
      // Nothing shrinks, and nobody stops.
      peakUsePercentAfter: 0,
      storageGiBAdded: Math.ceil((wanted - present) / GIB),
      fleetSize: pods,
      fleetAffectedPercent: 0,
      inServiceAfter: ready,
      downtimeSeconds: 0,
      quotaUsePercentAfter: await quotaUsePercentAfter(cloud, input, demand),
      gitOpsManaged: gitOpsOf(claim.metadata) !== undefined,
    };
  },

  losses: async () => [],

  async dryRun({ input, after }, context) {
    const claim = await readObject(context.cloud, CLAIMS, input);
    const { metadata, spec, status } = claim;
    const mounts = await mountsOf(context.cloud, input, input.name);
    const more = amountText('storage', `${wholeOf(after.size) - wholeOf(status.capacity.storage)}`);
    return {
      checks: [
        ...(await dryRunObject({ kind: CLAIMS, place: input, after }, context, edit)),
        ...(await templateChecks(context.cloud, input, claim)),
        ...sourceChecks(metadata, [FIELD]).map((check) => ({ ...check, detail: `${check.detail} ${TOO_SMALL}` })),
      ],
      writtenBackAfter: writtenBackAfter(metadata),
      cost: unknownCost(
        `nothing here has a price of the StorageClass ${spec.storageClassName}; ${more} more are paid for from now on`,
      ),
      disruption: {
        level: 'none',
        says: `${mountsText(mounts)}. With a driver that cannot grow a file system in use, its pods see the new size only once they are restarted.`,
      },
    };
  },

  async apply({ input, target, before, after }, context) {
    const claim = await writeObject({ kind: CLAIMS, place: input, target, before, after }, context, edit);
    return resizeProgress(claim, context, await mountsOf(context.cloud, input, input.name));
  },

  /** A write that has not been released, or a size that never comes. */
  isHalfWay: ({ after }, now) => now.size === after.size && (now.checkreinManages || now.resize === 'given up'),

  postCondition({ target: { id }, after }, now) {
    const written = now.size === after.size;
    const grown = now.resize === 'done' || now.resize === 'waiting for its file system';
    const state = !written
      ? `asks for ${now.size}, expected ${after.size}`
      : now.checkreinManages
        ? `asks for ${after.size}, but Checkrein has not released its fields`
        : {
            done: `has ${after.size}`,
            'going on': `asks for ${after.size}, and does not have it yet`,
            'waiting for its file system': `has a volume of ${after.size}, but its file system grows only once the pods that mount it are restarted (restart_pod)`,
            'given up': `asks for ${after.size}, which the driver of its volume cannot make`,
          }[now.resize];
    return { holds: written && grown && !now.checkreinManages, detail: `${id} ${state}` };
  },

  async whenRefused({ input, before, after }, _facts, { cloud }) {
    const { intent } = edit;
    const changes = fieldChanges(intent(before), intent(after));
    return commitInstead(CLAIMS, input, await readObject(cloud, CLAIMS, input), changes);
  },

  inverse: ({ input: { name }, before }) => ({
    reversible: false,
    says: `A claim never shrinks: ${name} cannot go back to ${before.size}. To be smaller, its data is moved to another claim, by people.`,
  }),
});
