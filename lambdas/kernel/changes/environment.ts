import type { Target } from '../../contracts/plan.ts';
import { PRODUCTION, type Settings } from '../../contracts/settings.ts';

/** The settings that decide what counts as production. */
export type EnvironmentSettings = Pick<Settings, 'accountEnvironments' | 'nonProduction'> &
  Partial<Pick<Settings, 'clusters'>>;

/**
 * The environment that policy sees. An account that the settings name has theirs, since whoever may tag must not
 * move a target out of production. Any name that `nonProduction` does not list is production: `prod`, `live` and a name
 * with a letter of another alphabet must not get the rules of a test environment.
 */
export const environmentInForce = (
  { account, environment }: Pick<Target, 'account' | 'environment'>,
  { accountEnvironments, nonProduction }: EnvironmentSettings,
): string => {
  const name = accountEnvironments[account] ?? environment;
  return nonProduction.includes(name) ? name : PRODUCTION;
};

/** The target in that environment. */
export const targetInForce = (target: Target, settings: EnvironmentSettings): Target => ({
  ...target,
  environment: environmentInForce(
    { account: target.account, environment: environmentOfCluster(target, settings) ?? target.environment },
    settings,
  ),
});

/** What is in no namespace of a cluster has the environment of the cluster, whoever labels it. */
const environmentOfCluster = (target: Target, { clusters = [] }: EnvironmentSettings): string | undefined => {
  const name = 'arn' in target ? undefined : /^k8s:\/\/(?<cluster>[^/]+)\/-\//.exec(target.ref)?.groups?.['cluster'];
  if (name === undefined) return undefined;
  return clusters.find((cluster) => cluster.name === name)?.environment ?? PRODUCTION;
};
