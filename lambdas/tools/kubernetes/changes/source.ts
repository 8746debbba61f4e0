import { FIELD_MANAGER } from '../../../contracts/clusters.ts';
import type { DryRunCheck } from '../../../contracts/plan.ts';
import type { Metadata } from '../objects.ts';

/** How long until a controller compares an object with Git, and has written it. */
const SYNC_SECONDS = {
  // timeout.reconciliation with its jitter is three minutes by default.
  'Argo CD': 5 * 60,
  // The interval is each object's own, and in another namespace. Ten minutes is what its guides set.
  Flux: 12 * 60,
} as const;

/** What writes an object from Git. */
interface GitOps {
  readonly by: keyof typeof SYNC_SECONDS;
  /** `the Argo CD application shop`. */
  readonly says: string;
}

/** What Argo CD or Flux owns, by the labels and annotations that they set, or by who manages its fields. */
export const gitOpsOf = ({ labels, annotations, managedFields }: Metadata): GitOps | undefined => {
  const instance =
    annotations['argocd.argoproj.io/tracking-id']?.split(':')[0] ??
    labels['argocd.argoproj.io/instance'] ??
    annotations['argocd.argoproj.io/instance'];
  if (instance !== undefined) return { by: 'Argo CD', says: named('the Argo CD application', instance) };
  for (const [api, kind] of [
    ['kustomize', 'Kustomization'],
    ['helm', 'HelmRelease'],
  ] as const) {
    const prefix = `${api}.toolkit.fluxcd.io`;
    const name = labels[`${prefix}/name`] ?? annotations[`${prefix}/name`];
    const namespace = labels[`${prefix}/namespace`] ?? annotations[`${prefix}/namespace`];
    if (name !== undefined)
      return { by: 'Flux', says: named(`the Flux ${kind}`, namespace === undefined ? name : `${namespace}/${name}`) };
  }
  for (const { manager, subresource } of managedFields) {
    if (subresource !== '' || manager === FIELD_MANAGER) continue;
    if (/^argocd([-_]|$)/.test(manager)) return { by: 'Argo CD', says: `Argo CD (the field manager ${manager})` };
    if (/^((kustomize|helm)-controller|flux([-_].*)?)$/.test(manager))
      return { by: 'Flux', says: `Flux (the field manager ${manager})` };
  }
  return undefined;
};

/** Names are what Kubernetes takes for one; anything else is not repeated. */
const named = (what: string, name: string): string =>
  /^[A-Za-z0-9][A-Za-z0-9._/-]{0,252}$/.test(name) ? `${what} ${name}` : what;

/** How long after a change somebody else may write the old values back; undefined if nobody is known to. */
export const writtenBackAfter = (metadata: Metadata): number | undefined => {
  const by = gitOpsOf(metadata)?.by;
  return by && SYNC_SECONDS[by];
};

/** What the report says of whoever writes an object from elsewhere: it writes these fields back. */
export const sourceChecks = (metadata: Metadata, fields: readonly string[]): readonly DryRunCheck[] => {
  const gitOps = gitOpsOf(metadata);
  if (gitOps !== undefined)
    return [
      {
        name: 'GitOps',
        outcome: 'warning',
        detail: `${gitOps.says} writes this object from Git, and writes the old values back unless self-heal is off or the fields are ignored: ${fieldsText(fields)}. Commit the same change.`,
      },
    ];
  const release = helmReleaseOf(metadata);
  if (release === undefined) return [];
  const detail = `the next \`helm upgrade\` of ${release} writes the old values back: change ${fieldsText(fields)} in its values or templates.`;
  return [{ name: 'Helm release', outcome: 'warning', detail }];
};

const MOST_FIELDS = 8;

const fieldsText = (fields: readonly string[]): string => {
  const more = fields.length - MOST_FIELDS;
  return more > 0 ? `${fields.slice(0, MOST_FIELDS).join(', ')} and ${more} more` : fields.join(', ');
};

/** The release of Helm that an object is a part of: `the release shop (chart shop-1.2.0)`. */
export const helmReleaseOf = ({ labels, annotations, managedFields }: Metadata): string | undefined => {
  const name = annotations['meta.helm.sh/release-name'];
  const isHelms =
    name !== undefined ||
    labels['app.kubernetes.io/managed-by'] === 'Helm' ||
    managedFields.some(({ manager, subresource }) => manager === 'helm' && subresource === '');
  if (!isHelms) return undefined;
  const release = name === undefined ? 'its release' : named('the release', name);
  const chart = labels['helm.sh/chart'];
  return chart === undefined ? release : `${release} (${named('chart', chart)})`;
};
