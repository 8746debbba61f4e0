import * as z from 'zod';
import { ToolRefusal } from '../../contracts/errors.ts';
import { percentOf } from '../aws/capacity.ts';
import { unknownCost } from '../aws/prices.ts';
import type { Place } from '../kubernetes/call-cluster.ts';
import { dryRunObject } from '../kubernetes/changes/dry-run-object.ts';
import { readObject } from '../kubernetes/changes/object.ts';
import { Released, RELEASED, writtenChecks } from '../kubernetes/changes/plain-object.ts';
import { targetInNoNamespace } from '../kubernetes/changes/target.ts';
import { checkreinManages, writeObject, type ObjectEdit } from '../kubernetes/changes/write-object.ts';
import { counted } from '../kubernetes/text.ts';
import { changeTool, type HealthCheck } from '../tool.ts';
import { manifest } from './manifest.ts';
import { assertCordonable, assertUncordonable, NODES, nodesOf, podsAbout, takesPods, type Node } from './nodes.ts';

const State = z.strictObject({ schedulable: z.boolean(), ...Released.shape });

const edit: ObjectEdit<Node, { schedulable: boolean }> = {
  fields: ({ spec }) => ({ schedulable: !spec.unschedulable }),
  // The API server leaves the field out where it is false.
  operations: (_, { schedulable }) =>
    schedulable
      ? [{ op: 'remove', path: '/spec/unschedulable' }]
      : [{ op: 'add', path: '/spec/unschedulable', value: true }],
  intent: ({ schedulable }) => ({ spec: { unschedulable: !schedulable } }),
};

/** A node is in no namespace: that of the input says where pods are looked at. */
const placeOf = ({ cluster, node }: Place & { readonly node: string }) => ({ cluster, name: node });

export const tool = changeTool(manifest, State, {
  async describe(input, { cloud }) {
    const node = await readObject(cloud, NODES, placeOf(input));
    const object = { ...placeOf(input), kind: manifest.targetKind, resource: NODES.resource };
    return {
      target: targetInNoNamespace(cloud, object, node.metadata),
      state: { ...edit.fields(node), checkreinManages: checkreinManages(node) },
    };
  },

  async configuration(input, { cloud }) {
    const { metadata, spec } = await readObject(cloud, NODES, placeOf(input));
    return {
      zone: metadata.labels['topology.kubernetes.io/zone'] ?? null,
      // The cluster itself sets and takes away the one for unschedulable, some time later.
      taints: spec.taints
        .filter(({ key }) => key !== 'node.kubernetes.io/unschedulable')
        .map(({ key, effect }) => `${key}:${effect}`)
        .sort(),
    };
  },

  predict({ node, schedulable }, before) {
    if (schedulable === before.schedulable)
      throw new ToolRefusal(
        schedulable
          ? `${node} takes new pods already. If pods stay away from it, look at its taints and at what they request.`
          : `${node} is cordoned already. restart_pod moves a single pod off it.`,
      );
    return { schedulable, ...RELEASED };
  },

  async facts({ input, after }, { cloud }) {
    const all = await nodesOf(cloud, input.cluster);
    const node = await readObject(cloud, NODES, placeOf(input));
    if (after.schedulable) assertUncordonable(node);
    else assertCordonable(node, all, (await podsAbout(cloud, input, input.node)).waiting);
    const taking = all.filter(takesPods).length;
    const leaving = !after.schedulable && takesPods(node) ? 1 : 0;
    return {
      fleetSize: taking,
      fleetAffectedPercent: percentOf(leaving, taking),
      inServiceAfter: taking - leaving,
      downtimeSeconds: 0,
    };
  },

  losses: async () => [],

  async dryRun({ input, after }, context) {
    const { here } = await podsAbout(context.cloud, input, input.node);
    const others = (await nodesOf(context.cloud, input.cluster)).filter(
      (one) => one.metadata.name !== input.node && takesPods(one),
    ).length;
    const running = `${counted(here, 'pod')} of ${input.namespace} ${here === 1 ? 'runs' : 'run'} there`;
    return {
      checks: await dryRunObject({ kind: NODES, place: placeOf(input), after }, context, edit),
      cost: unknownCost('a node costs the same either way; others may be added or removed for it'),
      disruption: {
        level: 'none',
        says: after.schedulable
          ? `New pods may be put on it again. ${running}.`
          : `No new pod is put on it; ${counted(others, 'other node')} of the cluster ${others === 1 ? 'takes' : 'take'} pods. ${running} and will go on: nothing is drained. Pods of other namespaces were not looked at.`,
      },
    };
  },

  async apply({ input, target, before, after }, context) {
    await writeObject({ kind: NODES, place: placeOf(input), target, before, after }, context, edit);
    return undefined;
  },

  ...writtenChecks,

  // Words, since true → false says nothing in a heading.
  shown: ({ before, after }) => ({ before: { node: inWords(before) }, after: { node: inWords(after) } }),

  async guards({ input, after }, { cloud }): Promise<readonly HealthCheck[]> {
    if (after.schedulable) return [];
    const { waiting } = await podsAbout(cloud, input, input.node);
    const detail = `${counted(waiting.length, 'pod')} of ${input.namespace} ${waiting.length === 1 ? 'waits' : 'wait'} for room.`;
    return [{ name: 'pods without room', outcome: waiting.length > 0 ? 'bad' : 'good', detail }];
  },

  inverse({ input, before: { schedulable } }) {
    const says = schedulable ? `Let new pods on ${input.node} again.` : `Keep new pods off ${input.node} again.`;
    return { reversible: true, input: { ...input, schedulable, why: `Undo: ${says}` }, says };
  },
});

const inWords = ({ schedulable }: { readonly schedulable: boolean }): string =>
  schedulable ? 'schedulable' : 'cordoned';
