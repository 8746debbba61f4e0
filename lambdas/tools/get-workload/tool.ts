import { orWhyNot } from '../kubernetes/call-cluster.ts';
import { KINDS } from '../kubernetes/input.ts';
import { rolloutOf } from '../kubernetes/rollout.ts';
import { templateOf } from '../kubernetes/template.ts';
import { whenText } from '../kubernetes/text.ts';
import { readWorkload, type Workload, type WorkloadKind } from '../kubernetes/workload.ts';
import { observeTool } from '../tool.ts';
import { budgetLines, limitRangeLines, quotaLines } from './bounds.ts';
import { manifest } from './manifest.ts';
import { revisionLines } from './revision-lines.ts';
import { autoscalerLines, kedaLines } from './scalers.ts';
import { templateLines } from './template-lines.ts';

export const tool = observeTool(manifest, async (input, { cloud, clock }) => {
  const { kind, name } = input;
  const workload = await readWorkload(cloud, kind, input);
  const now = clock.now();
  const { labels } = templateOf(workload).metadata;
  const parts = await Promise.all([
    orWhyNot('Revisions', () => revisionLines(cloud, input, workload, now)),
    orWhyNot('Autoscalers', () => autoscalerLines(cloud, input)),
    orWhyNot('KEDA', () => kedaLines(cloud, input)),
    orWhyNot('Disruption budgets', () => budgetLines(cloud, input, labels)),
    orWhyNot('Quotas', () => quotaLines(cloud, input)),
    orWhyNot('Limit ranges', () => limitRangeLines(cloud, input)),
  ]);
  return [
    // The finding first: people read only the first line of it.
    `${KINDS[kind]} ${name} in ${input.namespace}: ${rolloutText(kind, workload)}`,
    `Created ${whenText(workload.metadata.creationTimestamp, now)}; ${strategyText(workload)}; ${managerOf(workload)}.`,
    ...templateLines(workload),
    ...parts.flat(),
  ].join('\n');
});

const rolloutText = (kind: WorkloadKind, workload: Workload): string => {
  const { state, wanted, updated, ready, says } = rolloutOf(kind, workload);
  const why = says === '' ? '' : ` (${says})`;
  return `${ready} of ${wanted} pods ready, ${updated} with the newest template; rollout ${state}${why}.`;
};

const strategyText = ({ spec: { strategy, updateStrategy } }: Workload): string => {
  const { type, rollingUpdate = {} } = strategy ?? updateStrategy ?? {};
  const details = Object.entries(typeof rollingUpdate === 'object' && rollingUpdate !== null ? rollingUpdate : {});
  const says = details
    .map(([field, value]) => `${field} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ');
  return `strategy ${typeof type === 'string' ? type : 'unknown'}${says === '' ? '' : ` (${says})`}`;
};

/** Who would write over a change made here. Argo CD and Flux mark what they rule. */
const managerOf = ({ metadata: { labels, annotations } }: Workload): string => {
  const marks = [
    ['Argo CD', annotations['argocd.argoproj.io/tracking-id'] ?? labels['argocd.argoproj.io/instance']],
    ['Flux', labels['kustomize.toolkit.fluxcd.io/name'] ?? labels['helm.toolkit.fluxcd.io/name']],
    ['Helm', annotations['meta.helm.sh/release-name']],
  ].flatMap(([who, mark]) => (mark === undefined ? [] : [`${who ?? ''} (${mark})`]));
  const managers = marks.length > 0 ? marks.join(' and ') : labels['app.kubernetes.io/managed-by'];
  return managers === undefined ? 'no label or annotation names a tool that manages it' : `managed by ${managers}`;
};
