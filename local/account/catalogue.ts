import * as z from 'zod';
import { BOUNDS } from './world/bounds.ts';

/** Size and price of an instance type. */
export const CatalogueType = z.strictObject({
  vcpus: z.int().positive().max(BOUNDS.vcpus),
  memoryGiB: z.number().positive().max(BOUNDS.memoryGiB),
  architecture: z.enum(['x86_64', 'arm64']).default('x86_64'),
  hourlyUsd: z.number().nonnegative().max(BOUNDS.hourlyUsd).describe('On-demand Linux list price.'),
  instanceStore: z.boolean().optional().describe('Whether it has disks whose data a stop destroys. Default: no.'),
});
export type CatalogueType = z.infer<typeof CatalogueType>;

const SIZES = { large: 1, xlarge: 2, '2xlarge': 4, '4xlarge': 8, '8xlarge': 16 };

/** A family in which every size doubles the one before, price included. */
const family = (name: string, large: CatalogueType): [string, CatalogueType][] =>
  Object.entries(SIZES).map(([size, times]) => [
    `${name}.${size}`,
    {
      ...large,
      vcpus: large.vcpus * times,
      memoryGiB: large.memoryGiB * times,
      hourlyUsd: Number((large.hourlyUsd * times).toFixed(4)),
    },
  ]);

const burstable = (vcpus: number, memoryGiB: number, hourlyUsd: number): CatalogueType => ({
  vcpus,
  memoryGiB,
  architecture: 'x86_64',
  hourlyUsd,
});

/** Common types. Prices: eu-west-1, Linux, on demand, of 2026-06; a world can add or replace types. */
export const INSTANCE_TYPES: ReadonlyMap<string, CatalogueType> = new Map([
  ['t3.nano', burstable(2, 0.5, 0.0057)],
  ['t3.micro', burstable(2, 1, 0.0114)],
  ['t3.small', burstable(2, 2, 0.0228)],
  ['t3.medium', burstable(2, 4, 0.0456)],
  ['t3.large', burstable(2, 8, 0.0912)],
  ['t3.xlarge', burstable(4, 16, 0.1824)],
  ['t3.2xlarge', burstable(8, 32, 0.3648)],
  ...family('m6i', { vcpus: 2, memoryGiB: 8, architecture: 'x86_64', hourlyUsd: 0.107 }),
  ...family('c6i', { vcpus: 2, memoryGiB: 4, architecture: 'x86_64', hourlyUsd: 0.0912 }),
  ...family('r6i', { vcpus: 2, memoryGiB: 16, architecture: 'x86_64', hourlyUsd: 0.141 }),
  ...family('m7g', { vcpus: 2, memoryGiB: 8, architecture: 'arm64', hourlyUsd: 0.091 }),
]);
