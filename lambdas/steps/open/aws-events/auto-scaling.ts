import * as z from 'zod';
import { consolePage } from './console-page.ts';
import { eventType } from './event-type.ts';

const SOURCE = 'aws.autoscaling';

const Detail = z.looseObject({
  AutoScalingGroupName: z.string().min(1),
  ActivityId: z.string().optional(),
  StatusCode: z.string().default(''),
  StatusMessage: z.string().default(''),
  Cause: z.string().default(''),
  LifecycleActionToken: z.string().optional(),
  EC2InstanceId: z.string().default(''),
  InstanceRefreshId: z.string().optional(),
});
type Detail = z.infer<typeof Detail>;

const pageOf = ({ AutoScalingGroupName: group }: Detail, region: string): string | null =>
  consolePage(region)`ec2/home?region=${region}#AutoScalingGroupDetails:id=${group};view=activity`;

/** A launch or an end that failed. A group tries again for as long as it fails, so its next attempt is the same subject. */
export const AUTO_SCALING_FAILURE = eventType(
  SOURCE,
  ['EC2 Instance Launch Unsuccessful', 'EC2 Instance Terminate Unsuccessful'],
  Detail,
  (detail, { region, 'detail-type': type }) => ({
    title: `${detail.AutoScalingGroupName}: ${type}`,
    cause: [detail.StatusMessage, detail.Cause].filter((text) => text !== '').join('\n'),
    link: pageOf(detail, region),
    key: ['group', detail.AutoScalingGroupName, type, detail.StatusCode],
  }),
);

/** What else a group does. Every activity is a subject of its own. */
export const AUTO_SCALING_ACTIVITY = eventType(
  SOURCE,
  [
    'EC2 Instance Launch Successful',
    'EC2 Instance Terminate Successful',
    'EC2 Instance-launch Lifecycle Action',
    'EC2 Instance-terminate Lifecycle Action',
    'EC2 Auto Scaling Instance Refresh Started',
    'EC2 Auto Scaling Instance Refresh Succeeded',
    'EC2 Auto Scaling Instance Refresh Failed',
    'EC2 Auto Scaling Instance Refresh Cancelled',
    'EC2 Auto Scaling Instance Refresh Checkpoint Reached',
  ],
  Detail,
  (detail, { region, 'detail-type': type }) => ({
    title: `${detail.AutoScalingGroupName}: ${type}`,
    cause: [detail.StatusMessage, detail.Cause].filter((text) => text !== '').join('\n'),
    link: pageOf(detail, region),
    key: [
      'activity',
      detail.AutoScalingGroupName,
      detail.LifecycleActionToken ?? detail.InstanceRefreshId ?? detail.ActivityId ?? type,
      detail.EC2InstanceId,
    ],
  }),
);
