import { ToolRefusal } from '../../contracts/errors.ts';
import type { InstanceType } from './instance-types.ts';

const SINCE_T3 = { nano: 5, micro: 10, small: 20, medium: 20, large: 30, xlarge: 40, '2xlarge': 40 };

/**
 * Baseline use of each vCPU of burstable types, in %: what CPU credits sustain. EC2's API does not have it; this is the
 * table of "Key concepts for burstable performance instances" in the EC2 user guide.
 */
const BASELINE_PERCENT: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  t2: { nano: 5, micro: 10, small: 20, medium: 20, large: 30, xlarge: 22.5, '2xlarge': 17 },
  t3: SINCE_T3,
  t3a: SINCE_T3,
  t4g: SINCE_T3,
};

/** CPU that a type can use all the time, in thousandths of a core. Throws `ToolRefusal` if it is unknown. */
export const cpuBaselineOf = ({ name, vcpus, burstable }: InstanceType): number => {
  if (!burstable) return vcpus * 1000;
  const [family = '', size = ''] = name.split('.');
  const percent = BASELINE_PERCENT[family]?.[size];
  if (percent === undefined)
    throw new ToolRefusal(`${name} is burstable, and its CPU baseline is not known here; pick another type.`);
  return Math.round(vcpus * percent * 10);
};
