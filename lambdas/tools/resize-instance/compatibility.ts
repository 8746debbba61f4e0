import { ToolRefusal } from '../../contracts/errors.ts';
import { groupOf, type Ec2Instance } from '../aws/ec2-instance.ts';
import type { InstanceType } from '../aws/instance-types.ts';

/** Refuses an instance whose type cannot or should not be changed in place. */
export const assertResizable = (instance: Ec2Instance): void => {
  const group = groupOf(instance);
  if (group !== undefined)
    throw new ToolRefusal(
      `${instance.id} belongs to Auto Scaling group ${group}, which would replace it while it is stopped. Change the launch template of the group instead, or its capacity.`,
    );
  if (instance.rootDevice !== 'ebs')
    throw new ToolRefusal(
      `${instance.id} has an instance-store root device; it cannot be stopped, so it cannot be resized.`,
    );
  if (instance.spot) throw new ToolRefusal(`${instance.id} is a Spot Instance; AWS does not let its type be changed.`);
};

/** Refuses an instance type that the instance could not boot with. */
export const assertCompatible = (instance: Ec2Instance, type: InstanceType): void => {
  if (!type.architectures.includes(instance.architecture))
    throw new ToolRefusal(
      `${type.name} is ${type.architectures.join(' or ')}, ${instance.id} is ${instance.architecture}; it would not boot. Pick a type of the same architecture.`,
    );
  if (type.needsEna && !instance.enaSupport)
    throw new ToolRefusal(`${type.name} needs the ENA network driver, which ${instance.id} does not have.`);
};
