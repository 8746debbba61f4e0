import * as z from 'zod';
import type { ObjectKind } from '../kubernetes/changes/object.ts';
import { Metadata } from '../kubernetes/objects.ts';

const ConfigMap = z.object({
  metadata: Metadata,
  data: z
    .record(z.string(), z.string())
    .nullish()
    .transform((found) => found ?? {}),
  immutable: z.boolean().default(false),
});
/** A ConfigMap. Values of its other keys must go nowhere: not all of them are meant to be shown. */
export type ConfigMap = z.output<typeof ConfigMap>;

/** ConfigMaps, as what changes objects knows them. */
export const CONFIG_MAPS: ObjectKind<ConfigMap> = {
  service: 'v1',
  resource: 'configmaps',
  kind: 'ConfigMap',
  schema: ConfigMap,
};
