/** What tools do, as plans were called that do not have it themselves. Tools that came later are not in here. */
export const EARLIER_HEADINGS: ReadonlyMap<string, string> = new Map([
  ['patch_config_map_key', 'Set a key of'],
  ['reboot_instance', 'Reboot'],
  ['resize_instance', 'Resize'],
  ['restart_pod', 'Restart'],
  ['restart_rollout', 'Restart all pods of'],
  ['scale_workload', 'Scale'],
  ['set_auto_scaling_capacity', 'Scale'],
  ['set_cron_suspended', 'Suspend or resume'],
  ['set_hpa_bounds', 'Set bounds of'],
  ['set_node_schedulable', 'Cordon or uncordon'],
  ['set_resources', 'Set resources of'],
  ['set_volume_claim_size', 'Grow'],
  ['undo_rollout', 'Undo the rollout of'],
]);
