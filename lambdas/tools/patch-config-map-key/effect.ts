import type { DryRunCheck } from '../../contracts/plan.ts';
import { utc } from '../aws/format.ts';
import { managerText } from '../kubernetes/changes/owners.ts';
import type { Metadata } from '../kubernetes/objects.ts';
import { counted } from '../kubernetes/text.ts';
import { ownsField } from '../kubernetes/writes.ts';
import type { Reader } from './readers.ts';

/** More workloads are not named. */
const MOST_NAMED = 10;

/** Who sees a new value when: which pods only a restart tells. */
export const readersCheck = (readers: readonly Reader[], complete: boolean): DryRunCheck => {
  const of = (reading: Reader['reading']) => workloadsText(readers.filter((reader) => reader.reading === reading));
  const [once, later] = [of('restart'), of('volume')];
  const says = [
    ...(once === '' ? [] : [`Only after a restart (a variable, or a file by subPath): ${once}.`]),
    ...(later === '' ? [] : [`Within about a minute (a volume): ${later}.`]),
    ...(readers.length === 0
      ? ['No pod of the namespace names this key: who reads it over the API sees it at once.']
      : []),
    ...(complete ? [] : ['The namespace has more pods than were looked at, so there may be others.']),
  ];
  const outcome = !complete ? 'unknown' : once === '' ? 'passed' : 'warning';
  return { name: 'pods that read it', outcome, detail: says.join(' ') };
};

/** Who wrote the key last, and when: what an approver asks of a flag that somebody switched. */
export const lastWriteCheck = ({ managedFields }: Metadata, key: string): DryRunCheck => {
  const name = 'last write';
  const [last] = managedFields
    .filter((entry) => entry.time !== undefined && ownsField(entry, ['data', key]))
    .toSorted((one, other) => Date.parse(other.time ?? '') - Date.parse(one.time ?? ''));
  if (last?.time === undefined)
    return { name, outcome: 'unknown', detail: 'The cluster does not say who wrote this key, or when.' };
  const detail = `By ${managerText(last.manager)} (${last.operation}), which last wrote this ConfigMap at ${utc(last.time)}. The cluster keeps no name of a person.`;
  return { name, outcome: 'passed', detail };
};

const workloadsText = (readers: readonly Reader[]): string => {
  const names = [...new Set(readers.map(({ workload }) => workload))];
  const named = names.slice(0, MOST_NAMED).map((name) => {
    const pods = readers.filter(({ workload }) => workload === name).length;
    return name.startsWith('Pod ') ? name : `${name} (${counted(pods, 'pod')})`;
  });
  const more = names.length - named.length;
  return [...named, ...(more > 0 ? [`and ${more} more`] : [])].join(', ');
};
