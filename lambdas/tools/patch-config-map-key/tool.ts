import * as z from 'zod';
import { isOfCluster } from '../../contracts/clusters.ts';
import { ToolRefusal } from '../../contracts/errors.ts';
import { redactedJson } from '../../kernel/redaction/redactor.ts';
import { dryRunObject } from '../kubernetes/changes/dry-run-object.ts';
import { pointer, readObject } from '../kubernetes/changes/object.ts';
import { describeObject, Released, RELEASED, writtenChecks } from '../kubernetes/changes/plain-object.ts';
import { writeObject, type ObjectEdit } from '../kubernetes/changes/write-object.ts';
import { gitOpsOf, sourceChecks, writtenBackAfter } from '../kubernetes/changes/source.ts';
import { commitInstead, fieldChanges } from '../kubernetes/changes/when-refused.ts';
import { changeTool } from '../tool.ts';
import { CONFIG_MAPS, type ConfigMap } from './config-map.ts';
import { lastWriteCheck, readersCheck } from './effect.ts';
import { LONGEST_VALUE, manifest } from './manifest.ts';
import { readersOf } from './readers.ts';

/**
 * The value is in clear: the agent's file names only keys whose values are shown. One that looks like a secret is `hidden`, whoever
 * wrote it and whenever: states are recorded at each read, after the approval too.
 */
const State = z.strictObject({
  value: z.string().nullable(),
  hidden: z.literal(true).exactOptional(),
  ...Released.shape,
});
type Fields = Pick<z.output<typeof State>, 'value' | 'hidden'>;

const editOf = (key: string): ObjectEdit<ConfigMap, Fields> => ({
  fields: ({ data }) => {
    // Every object has a `constructor`, which is no key of a ConfigMap.
    const value = Object.hasOwn(data, key) ? (data[key] ?? null) : null;
    return value === null || isRecordable(key, value) ? { value } : { value: null, hidden: true };
  },
  operations: (_, { value }) => [{ op: 'replace', path: pointer('data', key), value }],
  intent: ({ value }) => ({ data: { [key]: value } }),
});

export const tool = changeTool(manifest, State, {
  describe: (input, context) =>
    describeObject(CONFIG_MAPS, { ...input, targetKind: manifest.targetKind }, context, editOf(input.key).fields),

  async configuration(input, { cloud }) {
    const { metadata, data, immutable } = await readObject(cloud, CONFIG_MAPS, input);
    return {
      immutable,
      // Not their values, which may be secrets.
      keys: Object.keys(data).sort(),
      owners: metadata.ownerReferences.map(({ kind, name }) => `${kind} ${name}`).sort(),
    };
  },

  predict({ namespace, name, key, value }, before) {
    if (isOfCluster(namespace, name))
      throw new ToolRefusal(
        `${namespace}/${name} decides about the cluster itself, or who may use it. Nothing here sets a key of it; escalate to whoever runs the cluster.`,
      );
    if (before.hidden === true) throw leftOut('present', key);
    if (before.value === null)
      throw new ToolRefusal(
        `${name} has no text under the key ${key}, and none is added. Look at what the program reads: another key or another ConfigMap.`,
      );
    if (value === before.value) throw new ToolRefusal(`${key} of ${name} has this value already.`);
    if (before.value.length > LONGEST_VALUE)
      throw new ToolRefusal(
        `The present value of ${key} has ${before.value.length} characters; an undo can write ${LONGEST_VALUE} back. A whole file of configuration is changed at its source.`,
      );
    if (!isRecordable(key, value)) throw leftOut('new', key);
    return { value, ...RELEASED };
  },

  async facts({ input }, { cloud }) {
    const { metadata, immutable } = await readObject(cloud, CONFIG_MAPS, input);
    if (immutable)
      throw new ToolRefusal(
        `${input.name} is immutable: the cluster lets nobody change it. Its owner makes another one, and the workloads name that; say in your conclusion which value would help.`,
      );
    const { readers } = await readersOf(cloud, input);
    const ready = readers.filter((reader) => reader.ready).length;
    // Nothing is restarted by this change.
    return {
      fleetSize: readers.length,
      fleetAffectedPercent: 0,
      inServiceAfter: ready,
      downtimeSeconds: 0,
      gitOpsManaged: gitOpsOf(metadata) !== undefined,
    };
  },

  losses: async () => [],

  async dryRun({ input, after }, context) {
    const { readers, complete } = await readersOf(context.cloud, input);
    const planned = { kind: CONFIG_MAPS, place: input, after };
    const { metadata } = await readObject(context.cloud, CONFIG_MAPS, input);
    return {
      checks: [
        ...(await dryRunObject(planned, context, editOf(input.key))),
        lastWriteCheck(metadata, input.key),
        readersCheck(readers, complete),
        ...sourceChecks(metadata, [`data.${input.key}`]),
      ],
      writtenBackAfter: writtenBackAfter(metadata),
      cost: { deltaCentsPerMonth: 0, says: 'a ConfigMap costs nothing' },
      disruption: {
        level: 'none',
        says: 'No pod is stopped or restarted. What a program does with the new value, nothing here knows.',
      },
    };
  },

  async apply({ input, target, before, after }, context) {
    await writeObject({ kind: CONFIG_MAPS, place: input, target, before, after }, context, editOf(input.key));
    return undefined;
  },

  ...writtenChecks,

  // A heading that says on → off, and not of what, tells an approver nothing.
  shown: ({ input, before, after }) => ({
    before: { data: { [input.key]: before.value } },
    after: { data: { [input.key]: after.value } },
  }),

  async whenRefused({ input, before, after }, _facts, { cloud }) {
    const { intent } = editOf(input.key);
    const changes = fieldChanges(intent(before), intent(after));
    return commitInstead(CONFIG_MAPS, input, await readObject(cloud, CONFIG_MAPS, input), changes);
  },

  inverse({ input, before: { value } }) {
    if (value === null) return { reversible: false, says: `${input.key} of ${input.name} had no value.` };
    const says = `Set ${input.key} of ${input.name} back to ${JSON.stringify(value)}.`;
    return { reversible: true, input: { ...input, value, why: 'Undo: back to the value of before.' }, says };
  },
});

/** What the trace leaves out, an undo could not write back, nor an approver read. */
const leftOut = (what: 'present' | 'new', key: string): ToolRefusal =>
  new ToolRefusal(
    `The ${what} value of ${key} looks like a secret or personal data, which the trace leaves out: nobody could approve or undo it. Such a key is changed by people.`,
  );

/** Whether it is recorded as it is. A key with the name of a secret loses its value, whatever it is. */
const isRecordable = (key: string, text: string): boolean => {
  const given = { value: text, [key]: text };
  return JSON.stringify(redactedJson(given)) === JSON.stringify(given);
};
