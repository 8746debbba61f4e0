import type { Dimension } from '../aws/capacity.ts';
import { cpuBaselineOf } from '../aws/cpu-baseline.ts';
import type { InstanceType } from '../aws/instance-types.ts';

/** A dimension of an instance type, with its name and unit for people. */
interface NamedDimension extends Dimension {
  readonly name: string;
  readonly unit: string;
}

/** How one instance type compares with another. */
interface TypeDimensions {
  readonly vcpus: Dimension;
  readonly memory: Dimension;
  readonly gpus: Dimension;
  /** Besides vCPUs and memory, everything that a type can have less of, as far as EC2 gives numbers for both. */
  readonly others: readonly NamedDimension[];
}

/** Compares two instance types. Throws `ToolRefusal` if the CPU baseline of one is unknown. */
export const dimensionsOf = (from: InstanceType, to: InstanceType): TypeDimensions => {
  const gpus = { name: 'GPUs', unit: '', before: from.gpus, after: to.gpus };
  const baseline = { before: cpuBaselineOf(from), after: cpuBaselineOf(to) };
  return {
    vcpus: { before: from.vcpus, after: to.vcpus },
    memory: { before: from.memoryMiB, after: to.memoryMiB },
    gpus,
    others: [
      { name: 'CPU baseline', unit: ' thousandths of a core', ...baseline },
      gpus,
      { name: 'GPU memory', unit: ' MiB', before: from.gpuMemoryMiB, after: to.gpuMemoryMiB },
      ...networkOf(from, to),
    ],
  };
};

/** Network bandwidth: what is always there if EC2 says so for both types, else the number in its description. */
const networkOf = ({ network: from }: InstanceType, { network: to }: InstanceType): NamedDimension[] => {
  const [before, after] =
    from.baselineMbps === null || to.baselineMbps === null
      ? [from.describedMbps, to.describedMbps]
      : [from.baselineMbps, to.baselineMbps];
  return before === null || after === null ? [] : [{ name: 'network bandwidth', unit: ' Mbit/s', before, after }];
};
