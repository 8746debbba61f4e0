import { join } from 'node:path';
import { stringify } from 'yaml';
import { InputError } from '../../lambdas/contracts/errors.ts';
import type { Rules } from '../../lambdas/contracts/rules.ts';
import type { Manifest } from '../../lambdas/contracts/tool.ts';
import { admissionBinding, admissionPolicy } from '../../lambdas/providers/kubernetes/admission/policy.ts';
import { changeScope, namespaceRights, rbacObjects } from '../../lambdas/providers/kubernetes/permissions.ts';
import { applicationAt, type ApplicationFlags } from '../../local/application.ts';

export interface ManifestFlags extends ApplicationFlags {
  readonly cluster: string;
}

/** Prints the manifests of one cluster. */
export const printManifests = async ({ cluster, ...flags }: ManifestFlags): Promise<void> => {
  const { config, rules, installed } = applicationAt(flags);
  const tools = installed.catalogue.manifests;
  process.stdout.write(clusterManifests(cluster, rules, tools, join(config, 'deployment.ts')));
};

/** What a cluster needs, as YAML, with how to apply it in comments. */
export const clusterManifests = (
  cluster: string,
  { agents, settings }: Rules,
  tools: readonly Manifest[],
  settingsFile = 'config/deployment.ts',
): string => {
  const names = settings.clusters.map(({ name }) => name);
  if (!names.includes(cluster))
    throw new InputError(
      `--cluster ${cluster}`,
      `there is no such cluster in ${settingsFile}`,
      names.length === 0
        ? `the name of one under \`clusters\`, which is empty; write e.g. clusters: [{ name: '${cluster}' }]`
        : `one of: ${names.join(', ')}`,
    );
  const objects = rbacObjects(namespaceRights(cluster, agents, tools));
  if (objects.length === 0)
    throw new InputError(
      `--cluster ${cluster}`,
      'no agent is granted a tool on Kubernetes there',
      'an agent with `kubernetes` and such a tool: see docs/kubernetes.md',
    );
  const confining = confinement(changeScope(cluster, agents, tools));
  return [header(cluster), ...[...confining, ...objects].map((object) => stringify(object))].join('---\n');
};

/**
 * Policy and binding come before the rights, so that nobody has them unconfined. The user names of the change role need not be
 * known: whoever has its rights has them by its group.
 */
const confinement = (scope: ReturnType<typeof changeScope>): readonly object[] =>
  scope.tools.length === 0 ? [] : [admissionPolicy({ ...scope, usernamePrefixes: [] }), admissionBinding()];

const header = (cluster: string): string =>
  [
    `Rights of Checkrein in the cluster ${cluster}, from the tools and namespaces that its agents are granted, and the admission`,
    'policy that confines each change to one object and its fields.',
    'The namespaces must exist. Look first, then apply as somebody who may write RBAC and admission policies:',
    '  kubectl diff -f FILE',
    '  kubectl apply -f FILE',
    'Rights of before that are no longer here stay until you delete them.',
  ]
    .map((line) => `# ${line}\n`)
    .join('');
