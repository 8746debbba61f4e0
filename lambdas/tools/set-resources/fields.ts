import * as z from 'zod';
import { ToolRefusal } from '../../contracts/errors.ts';
import type { WorkloadEdit } from '../kubernetes/changes/edit.ts';
import { pointer, type PatchOperation } from '../kubernetes/changes/patch.ts';
import { templateOf, type Container } from '../kubernetes/template.ts';
import type { Workload } from '../kubernetes/workload.ts';

const amount = z.string().nullable();

/** What the tool sets of a container, as quantities; null where there is none. */
export const Amounts = z.strictObject({
  requests: z.strictObject({ cpu: amount, memory: amount }),
  limits: z.strictObject({ memory: amount }),
});
export type Amounts = z.output<typeof Amounts>;

/** How the amounts of one container are read and written. */
export const editOf = (container: string): WorkloadEdit<Amounts> => ({
  fields: (workload) => amountsOf(containerNamed(workload, container)),
  operations: (workload, to) => operationsOn(workload, container, to),
  intent: ({ requests, limits }) => {
    const resources = { requests: present(requests), limits: present(limits) };
    return { spec: { template: { spec: { containers: [{ name: container, resources }] } } } };
  },
});

const amountsOf = ({ resources: { requests, limits } }: Container): Amounts => ({
  requests: { cpu: requests['cpu'] ?? null, memory: requests['memory'] ?? null },
  limits: { memory: limits['memory'] ?? null },
});

/** A container by its exact name. Containers merge by name, so an unknown one would be added. */
export const containerNamed = (workload: Workload, name: string): Container => {
  const { containers, initContainers } = templateOf(workload).spec;
  const found = containers.find((one) => one.name === name);
  if (found !== undefined) return found;
  const names = containers.map((one) => one.name).join(', ');
  const what = initContainers.some((one) => one.name === name)
    ? `${name} is an init container of ${workload.metadata.name}, which this tool does not change.`
    : `${workload.metadata.name} has no container ${JSON.stringify(name)}.`;
  throw new ToolRefusal(`${what} Its containers: ${names}. Give one of these names.`);
};

const operationsOn = (workload: Workload, name: string, to: Amounts): PatchOperation[] => {
  const { resources } = containerNamed(workload, name);
  const index = templateOf(workload).spec.containers.findIndex((one) => one.name === name);
  const path = pointer('spec', 'template', 'spec', 'containers', index);
  return [
    { op: 'test', path: `${path}/name`, value: name },
    ...mapOperations(`${path}/resources/requests`, resources.requests, to.requests),
    ...mapOperations(`${path}/resources/limits`, resources.limits, to.limits),
  ];
};

type Quantities = Readonly<Record<string, string>>;
type Wanted = Readonly<Record<string, string | null>>;

/** Writes some entries of a map. An empty one does not exist for the API server, so it is made and taken away as a whole. */
const mapOperations = (path: string, found: Quantities, wanted: Wanted): PatchOperation[] => {
  const changed = Object.entries(wanted).filter(([name, value]) => (found[name] ?? null) !== value);
  if (changed.length === 0) return [];
  const tests = changed.flatMap(([name]): PatchOperation[] => {
    const value = found[name];
    return value === undefined ? [] : [{ op: 'test', path: path + pointer(name), value }];
  });
  const left = present({ ...found, ...Object.fromEntries(changed) });
  if (Object.keys(left).length === 0) return [...tests, { op: 'remove', path }];
  if (Object.keys(found).length === 0) return [{ op: 'add', path, value: left }];
  return [
    ...tests,
    ...changed.map(([name, value]): PatchOperation =>
      value === null ? { op: 'remove', path: path + pointer(name) } : { op: 'add', path: path + pointer(name), value },
    ),
  ];
};

/** Without the amounts that are not there. */
export const present = (amounts: Wanted): Record<string, string> =>
  Object.fromEntries(Object.entries(amounts).flatMap(([name, value]) => (value === null ? [] : [[name, value]])));
