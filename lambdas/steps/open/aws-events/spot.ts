import * as z from 'zod';
import { consolePage } from './console-page.ts';
import { eventType } from './event-type.ts';

const Detail = z.looseObject({ 'instance-id': z.string().min(1), 'instance-action': z.string().optional() });

/** A Spot instance that AWS will take back, or may soon. Both about one instance are one subject. */
export const SPOT = eventType(
  'aws.ec2',
  ['EC2 Spot Instance Interruption Warning', 'EC2 Instance Rebalance Recommendation'],
  Detail,
  (detail, { region }) => {
    const id = detail['instance-id'];
    const action = detail['instance-action'];
    return {
      title: action === undefined ? `${id}: rebalance recommended` : `${id}: Spot interruption (${action})`,
      cause: action === undefined ? '' : `AWS will ${action} the instance two minutes after this warning.`,
      link: consolePage(region)`ec2/home?region=${region}#InstanceDetails:instanceId=${id}`,
      key: ['spot', id],
    };
  },
);
