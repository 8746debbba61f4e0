import type { AwsCall } from './tool.ts';

/** Calls that Verify makes for every tool: the triggering alarm and guard metrics. Its role is derived from them. */
export const VERIFY_READS: readonly AwsCall[] = [
  { service: 'cloudwatch', command: 'DescribeAlarms', scope: 'any' },
  { service: 'cloudwatch', command: 'GetMetricData', scope: 'any' },
];
