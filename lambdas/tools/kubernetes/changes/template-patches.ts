/** A number that the API server raises with each write of a DaemonSet's template, as one annotation of the DaemonSet. */
const GENERATION = 'metadata.annotations["deprecated.daemonset.template.generation"]';

/** The calls that write fields of the template of a Deployment, StatefulSet or DaemonSet, for a manifest. */
export const templatePatches = (...fields: readonly string[]) => [
  { service: 'apps/v1', command: 'patch deployments', fields },
  { service: 'apps/v1', command: 'patch statefulsets', fields },
  // The cluster compares what becomes of the write, not what was sent.
  { service: 'apps/v1', command: 'patch daemonsets', fields: [...fields, GENERATION] },
];
