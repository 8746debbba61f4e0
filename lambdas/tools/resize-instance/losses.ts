import type { Ec2Instance } from '../aws/ec2-instance.ts';
import type { InstanceType } from '../aws/instance-types.ts';

/** What stopping the instance loses for good, as sentences. A stopped one has lost it already. */
export const lossesOf = (instance: Ec2Instance, type: InstanceType): string[] =>
  instance.state === 'stopped'
    ? []
    : [
        ...(instance.autoAssignedPublicIp ? ['Its public IPv4 address changes (it has no Elastic IP address).'] : []),
        ...(type.instanceStore ? [`Data on the instance store of ${type.name} is lost.`] : []),
      ];
