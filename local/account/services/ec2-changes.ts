import * as z from 'zod';
import { CloudError } from '../../../lambdas/contracts/errors.ts';
import { simulatedCommand, type Command } from '../command.ts';
import { SECONDS, type SimulatedInstance, type InstanceState } from '../fleet.ts';
import type { State } from '../state.ts';
import { chosen } from './ec2-instances.ts';
import { instanceStateOf, isStopProtected, stateShape } from './ec2-shapes.ts';

const Ids = z.array(z.string()).min(1);
const DryRun = z.boolean().optional();

type Name = 'RebootInstances' | 'StopInstances' | 'StartInstances' | 'ModifyInstanceAttribute';

/** The commands of EC2 that mutate; each has a dry run. */
export const ec2Changes: Record<Name, Command> = {
  RebootInstances: simulatedCommand(
    'ec2:RebootInstances',
    z.strictObject({ InstanceIds: Ids, DryRun }),
    ({ InstanceIds: ids, DryRun: dry }, state) => {
      const instances = aimedAt(ids, dry, state);
      for (const instance of instances) mustBe(instance, ['running'], 'rebooted', state);
      for (const instance of instances)
        instance.restarts.push({ at: state.now() + SECONDS.reboot * 1000, how: 'reboot' });
      return {};
    },
    arnsOf,
  ),
  StopInstances: simulatedCommand(
    'ec2:StopInstances',
    z.strictObject({ InstanceIds: Ids, DryRun }),
    ({ InstanceIds: ids, DryRun: dry }, state) => {
      const instances = aimedAt(ids, dry, state);
      for (const instance of instances) mustBe(instance, ['running', 'stopping', 'stopped'], 'stopped', state);
      for (const instance of instances) if (isStopProtected(instance)) throw stopProtected(instance);
      return { StoppingInstances: instances.map((instance) => stop(instance, state)) };
    },
    arnsOf,
  ),
  StartInstances: simulatedCommand(
    'ec2:StartInstances',
    z.strictObject({ InstanceIds: Ids, DryRun }),
    ({ InstanceIds: ids, DryRun: dry }, state) => {
      const instances = aimedAt(ids, dry, state);
      for (const instance of instances) mustBe(instance, ['stopped', 'pending', 'running'], 'started', state);
      return { StartingInstances: instances.map((instance) => start(instance, state)) };
    },
    arnsOf,
  ),
  ModifyInstanceAttribute: simulatedCommand(
    'ec2:ModifyInstanceAttribute',
    z.strictObject({ InstanceId: z.string(), InstanceType: z.strictObject({ Value: z.string() }), DryRun }),
    ({ InstanceId: id, InstanceType: { Value: type }, DryRun: dry }, state) => {
      const known = state.fleet.types.get(type);
      if (known === undefined)
        throw new CloudError('InvalidParameterValue', `Invalid value '${type}' for InstanceType.`);
      for (const instance of aimedAt([id], dry, state)) {
        if (instanceStateOf(instance, state) !== 'stopped') {
          throw new CloudError('IncorrectInstanceState', `The instance '${id}' is not in the 'stopped' state.`);
        }
        const { architecture } = state.fleet.types.get(state.fleet.at(instance, state.now())?.type ?? '') ?? known;
        if (architecture !== known.architecture) {
          const says = `The architecture '${known.architecture}' of the specified instance type does not match the architecture '${architecture}' of the instance.`;
          throw new CloudError('InvalidParameterValue', says);
        }
        state.fleet.retype(instance, state.now(), type);
      }
      return {};
    },
    ({ InstanceId: id }, state) => arnsOf({ InstanceIds: [id] }, state),
  ),
};

function arnsOf({ InstanceIds: ids }: { InstanceIds: readonly string[] }, { world }: State): string[] {
  return ids.map((id) => `arn:aws:ec2:${world.region}:${world.account}:instance/${id}`);
}

/** The instances that a mutating call is aimed at. A dry run ends here: names and rights are checked, states and capacity not. */
const aimedAt = (ids: readonly string[], dryRun: boolean | undefined, state: State): SimulatedInstance[] => {
  const instances = chosen(ids, state);
  if (dryRun === true) throw new CloudError('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.');
  return instances;
};

const mustBe = (instance: SimulatedInstance, allowed: readonly string[], participle: string, state: State): void => {
  if (allowed.includes(instanceStateOf(instance, state))) return;
  throw new CloudError(
    'IncorrectInstanceState',
    `The instance '${instance.id}' is not in a state from which it can be ${participle}.`,
  );
};

const stopProtected = ({ id }: SimulatedInstance): CloudError =>
  new CloudError(
    'OperationNotPermitted',
    `The instance '${id}' may not be stopped. Modify its 'disableApiStop' instance attribute and try again.`,
  );

const stop = (instance: SimulatedInstance, state: State) => {
  const before = instanceStateOf(instance, state);
  const { stop: usual } = SECONDS;
  if (before === 'running')
    state.fleet.transition(instance, state.now(), 'stopping', state.takesSeconds ?? usual, 'stopped');
  return changeOf(instance, before, state);
};

const start = (instance: SimulatedInstance, state: State) => {
  const before = instanceStateOf(instance, state);
  if (before === 'stopped') {
    const refused = state.outOfCapacity(state.fleet.at(instance, state.now())?.type ?? '', instance.zone);
    if (refused !== undefined) throw new CloudError('InsufficientInstanceCapacity', refused);
    const seconds = state.takesSeconds ?? SECONDS.start;
    state.fleet.transition(instance, state.now(), 'pending', seconds, 'running');
    instance.restarts.push({ at: state.now() + seconds * 1000, how: 'start' });
    instance.launched = state.now();
  }
  return changeOf(instance, before, state);
};

const changeOf = (instance: SimulatedInstance, before: InstanceState, state: State) => ({
  InstanceId: instance.id,
  CurrentState: stateShape(instanceStateOf(instance, state)),
  PreviousState: stateShape(before),
});
