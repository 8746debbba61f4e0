import type { AwsCall } from './tool.ts';

// Reads that steps make themselves, besides those of tools.

/** How the alarm of an incident is now. Apply asks before each change, whatever the tool. */
export const APPLY_READS: readonly AwsCall[] = [{ service: 'cloudwatch', command: 'DescribeAlarms', scope: 'any' }];

/** What Verify reads whatever the tool: the triggering alarm. What else must not get worse, the tool reads. */
export const VERIFY_READS: readonly AwsCall[] = [...APPLY_READS];

/** The composite alarms that name an alarm, and the group of an instance. Open asks, to see what belongs together. */
export const OPEN_READS: readonly AwsCall[] = [
  ...APPLY_READS,
  { service: 'ec2', command: 'DescribeTags', scope: 'any' },
];

/** How the alarms that joined an incident are when it closes. Close and Stopped ask. */
export const CLOSE_READS: readonly AwsCall[] = [...APPLY_READS];
