import type { AwsCall } from './tool.ts';

/** Calls that Verify makes whatever the tool: the triggering alarm, and guard metrics. Its role follows from them. */
export const VERIFY_READS: readonly AwsCall[] = [
  { service: 'cloudwatch', command: 'DescribeAlarms', scope: 'any' },
  { service: 'cloudwatch', command: 'GetMetricData', scope: 'any' },
];
