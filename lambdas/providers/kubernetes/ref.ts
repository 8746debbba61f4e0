/** One object of a cluster. */
export interface ClusterObject {
  readonly cluster: string;
  /** Undefined for one that is in none, whose ref has a dash there. */
  readonly namespace: string | undefined;
  /** The resource in lower-case plural, e.g. `deployments`. */
  readonly kind: string;
  readonly name: string;
}

/** Kinds of objects that are in no namespace, and that tools may reach all the same. Changes need a grant of their own. */
const TARGETS_IN_NONE: readonly string[] = ['nodes'];
/** The same, of which tools read one by its name and change none. */
const READ_IN_NONE: readonly string[] = ['storageclasses'];

/** Whether objects of a kind are in no namespace. */
export const isClusterScoped = (resource: string): boolean =>
  TARGETS_IN_NONE.includes(resource) || isReadByName(resource);

/** Whether objects of a kind are in no namespace, and only read, one by its name. They are the target of nothing. */
export const isReadByName = (resource: string): boolean => READ_IN_NONE.includes(resource);

/** Whether a text is the name of one object: a DNS subdomain, so that it is also one segment of a path. */
export const isObjectName = (text: string): boolean =>
  text.length <= 253 && /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/.test(text);

/** Whether a text is the name of a namespace. */
export const isNamespaceName = (text: string): boolean => /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(text);

const REF =
  /^k8s:\/\/(?<cluster>[A-Za-z0-9][\w-]{0,99})\/(?<namespace>[^/]+)\/(?<kind>[a-z][a-z0-9]*)\/(?<name>[^/]+)$/;

/** The object that a ref names, or undefined if it does not name exactly one. */
export const objectOf = (ref: string): ClusterObject | undefined => {
  const { cluster, namespace, kind, name } = REF.exec(ref)?.groups ?? {};
  if (cluster === undefined || namespace === undefined || kind === undefined || name === undefined) return undefined;
  if (!isObjectName(name) || isReadByName(kind)) return undefined;
  if (TARGETS_IN_NONE.includes(kind))
    return namespace === '-' ? { cluster, namespace: undefined, kind, name } : undefined;
  return isNamespaceName(namespace) ? { cluster, namespace, kind, name } : undefined;
};

/** The ref of an object. */
export const refOfObject = ({ cluster, namespace = '-', kind, name }: ClusterObject): string =>
  `k8s://${cluster}/${namespace}/${kind}/${name}`;
