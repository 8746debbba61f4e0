import { catalogueOf, type Catalogue } from './installed.ts';
import type { ChangeManifest, ObserveManifest } from '../contracts/tool.ts';
import { manifest as describeAlarm } from './describe-alarm/manifest.ts';
import { manifest as describeAutoScalingGroup } from './describe-auto-scaling-group/manifest.ts';
import { manifest as describeInstances } from './describe-instances/manifest.ts';
import { manifest as getBuild } from './get-build/manifest.ts';
import { manifest as getBuildLogs } from './get-build-logs/manifest.ts';
import { manifest as getMetrics } from './get-metrics/manifest.ts';
import { manifest as getPodLogs } from './get-pod-logs/manifest.ts';
import { manifest as getPodUsage } from './get-pod-usage/manifest.ts';
import { manifest as getWorkload } from './get-workload/manifest.ts';
import { manifest as listBuilds } from './list-builds/manifest.ts';
import { manifest as listKubernetesEvents } from './list-kubernetes-events/manifest.ts';
import { manifest as listPods } from './list-pods/manifest.ts';
import { manifest as listRecentChanges } from './list-recent-changes/manifest.ts';
import { manifest as patchConfigMapKey } from './patch-config-map-key/manifest.ts';
import { manifest as queryLogs } from './query-logs/manifest.ts';
import { manifest as queryPrometheus } from './query-prometheus/manifest.ts';
import { manifest as queryUsage } from './query-usage/manifest.ts';
import { manifest as rankOverrequested } from './rank-overrequested/manifest.ts';
import { manifest as rebootInstance } from './reboot-instance/manifest.ts';
import { manifest as recentClusterChanges } from './recent-cluster-changes/manifest.ts';
import { manifest as resizeInstance } from './resize-instance/manifest.ts';
import { manifest as restartPod } from './restart-pod/manifest.ts';
import { manifest as restartRollout } from './restart-rollout/manifest.ts';
import { manifest as scaleWorkload } from './scale-workload/manifest.ts';
import { manifest as setAutoScalingCapacity } from './set-auto-scaling-capacity/manifest.ts';
import { manifest as setCronSuspended } from './set-cron-suspended/manifest.ts';
import { manifest as setHpaBounds } from './set-hpa-bounds/manifest.ts';
import { manifest as setNodeSchedulable } from './set-node-schedulable/manifest.ts';
import { manifest as setResources } from './set-resources/manifest.ts';
import { manifest as setVolumeClaimSize } from './set-volume-claim-size/manifest.ts';
import { manifest as undoRollout } from './undo-rollout/manifest.ts';
import type { CatalogueLine } from './tool.ts';

/** Tools that read. */
export const OBSERVE_TOOLS: readonly CatalogueLine<ObserveManifest>[] = [
  { manifest: describeAlarm, load: () => import('./describe-alarm/tool.ts') },
  { manifest: describeAutoScalingGroup, load: () => import('./describe-auto-scaling-group/tool.ts') },
  { manifest: describeInstances, load: () => import('./describe-instances/tool.ts') },
  { manifest: getBuild, load: () => import('./get-build/tool.ts') },
  { manifest: getBuildLogs, load: () => import('./get-build-logs/tool.ts') },
  { manifest: getMetrics, load: () => import('./get-metrics/tool.ts') },
  { manifest: getPodLogs, load: () => import('./get-pod-logs/tool.ts') },
  { manifest: getPodUsage, load: () => import('./get-pod-usage/tool.ts') },
  { manifest: getWorkload, load: () => import('./get-workload/tool.ts') },
  { manifest: listBuilds, load: () => import('./list-builds/tool.ts') },
  { manifest: listKubernetesEvents, load: () => import('./list-kubernetes-events/tool.ts') },
  { manifest: listPods, load: () => import('./list-pods/tool.ts') },
  { manifest: listRecentChanges, load: () => import('./list-recent-changes/tool.ts') },
  { manifest: queryLogs, load: () => import('./query-logs/tool.ts') },
  { manifest: queryPrometheus, load: () => import('./query-prometheus/tool.ts') },
  { manifest: queryUsage, load: () => import('./query-usage/tool.ts') },
  { manifest: rankOverrequested, load: () => import('./rank-overrequested/tool.ts') },
  { manifest: recentClusterChanges, load: () => import('./recent-cluster-changes/tool.ts') },
];

/** Tools that mutate. */
export const CHANGE_TOOLS: readonly CatalogueLine<ChangeManifest>[] = [
  { manifest: patchConfigMapKey, load: () => import('./patch-config-map-key/tool.ts') },
  { manifest: rebootInstance, load: () => import('./reboot-instance/tool.ts') },
  { manifest: resizeInstance, load: () => import('./resize-instance/tool.ts') },
  { manifest: restartPod, load: () => import('./restart-pod/tool.ts') },
  { manifest: restartRollout, load: () => import('./restart-rollout/tool.ts') },
  { manifest: scaleWorkload, load: () => import('./scale-workload/tool.ts') },
  { manifest: setAutoScalingCapacity, load: () => import('./set-auto-scaling-capacity/tool.ts') },
  { manifest: setCronSuspended, load: () => import('./set-cron-suspended/tool.ts') },
  { manifest: setHpaBounds, load: () => import('./set-hpa-bounds/tool.ts') },
  { manifest: setNodeSchedulable, load: () => import('./set-node-schedulable/tool.ts') },
  { manifest: setResources, load: () => import('./set-resources/tool.ts') },
  { manifest: setVolumeClaimSize, load: () => import('./set-volume-claim-size/tool.ts') },
  { manifest: undoRollout, load: () => import('./undo-rollout/tool.ts') },
];

/** Every shipped tool. To add one: its folder, and a line above. */
export const CATALOGUE: Catalogue = catalogueOf(OBSERVE_TOOLS, CHANGE_TOOLS);
