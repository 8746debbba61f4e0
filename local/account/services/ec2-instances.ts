import { CloudError } from '../../../lambdas/contracts/errors.ts';
import type { SimulatedInstance } from '../fleet.ts';
import type { State } from '../state.ts';

/** The instances named, or all that AWS still shows: terminated ones for an hour. */
export const chosen = (ids: readonly string[] | undefined, state: State): SimulatedInstance[] => {
  const hourAgo = state.now() - 3_600_000;
  const all = [...state.fleet.instances.values()].filter((instance) => {
    const moment = state.fleet.at(instance, state.now());
    return moment !== undefined && !(moment.state === 'terminated' && moment.at < hourAgo);
  });
  return ids === undefined ? all : ids.map((id) => found(id, all));
};

const found = (id: string, all: readonly SimulatedInstance[]): SimulatedInstance => {
  if (!/^i-[0-9a-f]{8}([0-9a-f]{9})?$/.test(id))
    throw new CloudError('InvalidInstanceID.Malformed', `Invalid id: "${id}"`);
  const instance = all.find((candidate) => candidate.id === id);
  if (instance === undefined)
    throw new CloudError('InvalidInstanceID.NotFound', `The instance ID '${id}' does not exist`);
  return instance;
};
