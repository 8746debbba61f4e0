import * as z from 'zod';
import { CLUSTER_GROUPS } from '../../contracts/clusters.ts';
import { CheckreinError, CloudError } from '../../contracts/errors.ts';
import type { Cloud, CloudRequest, TestedCluster } from '../../contracts/ports.ts';
import type { ChangeManifest, Manifest, ProviderCall } from '../../contracts/tool.ts';
import { USAGE } from '../../contracts/usage.ts';
import { callOf } from './call.ts';
import type { NamespaceTools } from './permissions.ts';
import { isClusterScoped, type ClusterObject } from './ref.ts';

/** The admission policies that confine a change are in version v1 since then. */
const LEAST_MINOR = 30;
/** A name that no object has. RBAC answers before anybody looks for the object. */
const NOBODY = 'checkrein-doctor';

/** What a test of a cluster asks. */
export interface AskedCluster {
  readonly name: string;
  readonly namespaces: readonly NamespaceTools[];
  /** The answer to GET /version, under a role that reads. */
  readonly version: () => Promise<unknown>;
  /** Sends a read of a tool under that role. */
  readonly read: Cloud['send'];
  /** Proves that the policy refuses a session of this tool, which names a UID that no object has; throws if it does not. */
  readonly prove: (tool: ChangeManifest, object: ClusterObject) => Promise<unknown>;
}

type Verdict = Pick<TestedCluster, 'outcome' | 'says' | 'advice'>;

/** Whether a cluster is ready for its agents. Only reads, and dry runs that the cluster must refuse. */
export const testCluster = async (asked: AskedCluster): Promise<Verdict> => {
  const { name, namespaces } = asked;
  if (namespaces.length === 0)
    return {
      outcome: 'warn',
      says: `No agent has a tool in the cluster ${name}, so it was not asked.`,
      advice: 'Name it in `kubernetes` of an agent, or take it out of `clusters` in the settings.',
    };
  const found = [await versionVerdict(asked)];
  for (const one of namespaces) found.push(...(await readVerdicts(one, asked)));
  for (const one of namespaces) found.push(...(await policyVerdicts(one, asked)));
  return joined(found);
};

/** EKS says `30+`. */
const Version = z.looseObject({
  major: z.string(),
  minor: z.string().regex(/^\d+\+?$/),
  gitVersion: z.string(),
});

/** Without a cluster that answers, or one that does not know the role, nothing else can be tested: these errors are thrown on. */
const versionVerdict = async ({ version }: AskedCluster): Promise<Verdict> => {
  const answer = await version().catch((error: unknown) => {
    if (error instanceof CloudError && error.code === 'Forbidden') return error;
    throw error;
  });
  const { data } = Version.safeParse(answer);
  if (data === undefined)
    return {
      outcome: 'warn',
      says: `Its version is not known: ${answer instanceof CloudError ? answer.message : 'GET /version answered something else'}.`,
      advice: 'Any user may read it by the ClusterRole system:public-info-viewer: see whether somebody took that away.',
    };
  const { major, minor, gitVersion } = data;
  const recent = Number(major) > 1 || (Number(major) === 1 && Number.parseInt(minor, 10) >= LEAST_MINOR);
  return recent
    ? { outcome: 'ok', says: `Kubernetes ${gitVersion} answers.`, advice: '' }
    : {
        outcome: 'fail',
        says: `It runs Kubernetes ${gitVersion}; the least is 1.${LEAST_MINOR}.`,
        advice: 'Upgrade the cluster.',
      };
};

const readVerdicts = async (granted: NamespaceTools, { name, read }: AskedCluster): Promise<Verdict[]> => {
  const { namespace, tools } = granted;
  const answers = await Promise.all(
    readsOf(tools).map(async (call) => [call, await tried(call, granted, read)] as const),
  );
  const forbidden = answers.flatMap(([call, error]) => (error?.code === 'Forbidden' ? [call.command] : []));
  const silent = answers.flatMap(([, error]) => (error === undefined || error instanceof CloudError ? [] : [error]));
  const verdicts: Verdict[] = silent
    .slice(0, 1)
    .map((error) => ({ outcome: 'warn', says: error.message, advice: error.advice }));
  if (forbidden.length > 0)
    verdicts.push({
      outcome: 'fail',
      says: `In the namespace ${namespace}, the group ${CLUSTER_GROUPS.read} may not ${listed(forbidden, answers.length)}.`,
      advice: manifestsOf(name),
    });
  return verdicts.length > 0
    ? verdicts
    : [{ outcome: 'ok', says: `The reads of ${namespace} are allowed.`, advice: '' }];
};

const listed = (commands: readonly string[], of: number): string =>
  commands.length === of ? 'read anything that its tools need' : [...new Set(commands)].join(', ');

/** Each read of the tools, once. Usage over time is not asked of the cluster. */
const readsOf = (tools: readonly Manifest[]): readonly ProviderCall[] => {
  const calls = tools.flatMap(({ reads }): readonly ProviderCall[] => reads).filter(({ service }) => service !== USAGE);
  return [...new Map(calls.map((call) => [`${call.service} ${call.command}`, call])).values()];
};

/** Sends a read for as little as it can be about. An API that the cluster does not have answers that it is not found. */
const tried = async (
  call: ProviderCall,
  granted: NamespaceTools,
  read: Cloud['send'],
): Promise<CheckreinError | undefined> => {
  try {
    await read(smallest(call, granted));
    return undefined;
  } catch (error) {
    if (error instanceof CheckreinError) return error;
    throw error;
  }
};

const smallest = (call: ProviderCall, { namespace, configMaps }: Omit<NamespaceTools, 'tools'>): CloudRequest => {
  const { service, command } = call;
  const { verb, resource } = callOf(call);
  if (resource === 'namespaces') return { service, command, input: { name: namespace } };
  const place = isClusterScoped(resource) ? {} : { namespace };
  // RBAC grants those of these names alone.
  const name = resource === 'configmaps' ? (configMaps?.[0] ?? NOBODY) : NOBODY;
  return { service, command, input: { ...place, ...(verb === 'list' ? { query: { limit: 1 } } : { name }) } };
};

const policyVerdicts = async (granted: NamespaceTools, asked: AskedCluster): Promise<Verdict[]> => {
  const changes = granted.tools.filter((tool) => tool.kind === 'change');
  if (changes.length === 0) return [];
  const { namespace } = granted;
  const target = await provable(granted, changes, asked);
  if (target === undefined)
    return [
      {
        outcome: 'warn',
        says: `In ${namespace} there is nothing yet that the tools there could change, so nothing can show that the admission policy is bound.`,
        advice: 'Run the doctor again when it has an object. The policy is also proved before each change.',
      },
    ];
  try {
    await asked.prove(target.tool, target.object);
  } catch (error) {
    if (!(error instanceof CheckreinError)) throw error;
    return [{ outcome: 'fail', says: error.message, advice: manifestsOf(asked.name) }];
  }
  const says = `The admission policy is bound in ${namespace}: it refused a dry run of ${target.object.kind}/${target.object.name}.`;
  return [{ outcome: 'ok', says, advice: '' }];
};

/**
 * An object on which the proof reaches the admission policy. An eviction needs none, since its admission is asked before the Pod is
 * looked up; a patch of a name that does not exist is answered before it, and RBAC grants nobody to create one.
 */
const provable = async (
  { namespace, tools }: NamespaceTools,
  changes: readonly ChangeManifest[],
  { name: cluster, read }: AskedCluster,
): Promise<{ readonly tool: ChangeManifest; readonly object: ClusterObject } | undefined> => {
  for (const tool of changes)
    for (const call of tool.changes) {
      const { group, resource: kind, subresource } = callOf(call);
      const at = { cluster, namespace: isClusterScoped(kind) ? undefined : namespace, kind };
      if (subresource === 'eviction') return { tool, object: { ...at, name: NOBODY } };
      const lists = readsOf(tools).find((one) => {
        const { verb, resource, group: of } = callOf(one);
        return verb === 'list' && resource === kind && of === group;
      });
      const name = lists === undefined ? undefined : await firstOf(smallest(lists, { namespace }), read);
      if (name !== undefined) return { tool, object: { ...at, name } };
    }
  return undefined;
};

const List = z.object({ items: z.array(z.object({ metadata: z.object({ name: z.string() }) })) });

const firstOf = async (request: CloudRequest, read: Cloud['send']): Promise<string | undefined> => {
  try {
    return List.safeParse(await read(request)).data?.items[0]?.metadata.name;
  } catch (error) {
    // The reads have their own verdict.
    if (error instanceof CheckreinError) return undefined;
    throw error;
  }
};

const manifestsOf = (cluster: string): string =>
  `Apply the output of: npx checkrein kubernetes manifests --cluster ${cluster}`;

/** The worst outcome, with what is wrong first. */
const joined = (found: readonly Verdict[]): Verdict => {
  const [failed, warned, fine] = (['fail', 'warn', 'ok'] as const).map((one) =>
    found.filter(({ outcome }) => outcome === one),
  );
  const wrong = [...(failed ?? []), ...(warned ?? [])];
  const says = [...wrong, ...(fine ?? [])].map((one) => one.says).join(' ');
  const advice = [...new Set(wrong.map((one) => one.advice))].join(' ');
  return { outcome: wrong[0]?.outcome ?? 'ok', says, advice };
};
