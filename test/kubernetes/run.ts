import { once } from 'node:events';
import { errorText } from '../../lib/explain-mistakes.ts';
import { print } from '../e2e/progress.ts';
import { runChecks } from '../e2e/run-checks.ts';
import { stopAll, stopAtEnd } from '../e2e/stop-at-end.ts';
import { startApiServer } from './api-server.ts';
import type { Check } from './check.ts';
import { COMPARED_CHECKS } from './checks/compared.ts';
import { DOCTOR_CHECKS, UNBOUND_CHECKS } from './checks/doctor.ts';
import { EVICTION_CHECKS } from './checks/eviction.ts';
import { FIELD_CHECKS } from './checks/fields.ts';
import { MANAGER_CHECKS } from './checks/managers.ts';
import { OBSERVE_CHECKS } from './checks/observe.ts';
import { OTHER_CHECKS } from './checks/others.ts';
import { PATCH_CONFIG_MAP_KEY_CHECKS } from './checks/patch-config-map-key.ts';
import { RESTART_POD_CHECKS } from './checks/restart-pod.ts';
import { RESTART_ROLLOUT_CHECKS } from './checks/restart-rollout.ts';
import { RIGHTS_CHECKS } from './checks/rights.ts';
import { SCALE_WORKLOAD_CHECKS } from './checks/scale-workload.ts';
import { SET_CRON_SUSPENDED_CHECKS } from './checks/set-cron-suspended.ts';
import { SET_HPA_BOUNDS_CHECKS } from './checks/set-hpa-bounds.ts';
import { SET_NODE_SCHEDULABLE_CHECKS } from './checks/set-node-schedulable.ts';
import { SET_RESOURCES_CHECKS } from './checks/set-resources.ts';
import { SET_VOLUME_CLAIM_SIZE_CHECKS } from './checks/set-volume-claim-size.ts';
import { TARGET_CHECKS } from './checks/target.ts';
import { UNDO_ROLLOUT_CHECKS } from './checks/undo-rollout.ts';
import { startKubelet } from './observed/kubelet.ts';
import { setUpObserved } from './observed/set-up.ts';
import { setUpCluster } from './set-up.ts';

const CHECKS: readonly Check[] = [
  // First: pods that other checks leave without a node would refuse it.
  ...SET_NODE_SCHEDULABLE_CHECKS,
  ...FIELD_CHECKS,
  ...TARGET_CHECKS,
  ...EVICTION_CHECKS,
  ...MANAGER_CHECKS,
  ...PATCH_CONFIG_MAP_KEY_CHECKS,
  ...RESTART_POD_CHECKS,
  ...RIGHTS_CHECKS,
  ...OBSERVE_CHECKS,
  ...SCALE_WORKLOAD_CHECKS,
  ...SET_CRON_SUSPENDED_CHECKS,
  ...SET_HPA_BOUNDS_CHECKS,
  ...SET_RESOURCES_CHECKS,
  ...SET_VOLUME_CLAIM_SIZE_CHECKS,
  ...RESTART_ROLLOUT_CHECKS,
  ...UNDO_ROLLOUT_CHECKS,
  ...COMPARED_CHECKS,
  ...DOCTOR_CHECKS,
  ...OTHER_CHECKS,
  ...UNBOUND_CHECKS,
];

/** `--only TEXT`: the checks with this in their promise. */
const asked = (): readonly Check[] => {
  const at = process.argv.indexOf('--only');
  const only = at < 0 ? '' : (process.argv[at + 1] ?? '');
  return CHECKS.filter(({ promise }) => promise.includes(only));
};

try {
  const server = await startApiServer(stopAtEnd);
  await setUpCluster(server);
  const kubelet = stopAtEnd(await startKubelet());
  await setUpObserved(server, kubelet.port);
  await runChecks(server, asked());
  if (process.argv.includes('--keep')) {
    print(`The API server is at ${server.url}; tokens are in .checkrein/kubernetes/tokens.csv. Ctrl-C ends it.`);
    await once(process, 'SIGINT');
  }
} catch (error) {
  print(`FAILED: ${errorText(error)}`);
  process.exitCode = 1;
} finally {
  await stopAll();
}
