import type { AwsCall } from './tool.ts';

/** How the alarm of an incident is now. Apply asks before each change, whatever the tool. */
export const APPLY_READS: readonly AwsCall[] = [{ service: 'cloudwatch', command: 'DescribeAlarms', scope: 'any' }];

/** How the alarms that joined an incident are when it closes. Close and Stopped ask. */
export const CLOSE_READS: readonly AwsCall[] = [{ service: 'cloudwatch', command: 'DescribeAlarms', scope: 'any' }];

/** Calls that Verify makes for every tool: the triggering alarm and guard metrics. Its role is derived from them. */
export const VERIFY_READS: readonly AwsCall[] = [
  ...APPLY_READS,
  { service: 'cloudwatch', command: 'GetMetricData', scope: 'any' },
];
