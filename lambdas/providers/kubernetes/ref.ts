/** One object of a cluster. */
export interface ClusterObject {
  readonly cluster: string;
  readonly namespace: string;
  /** The resource in lower-case plural, e.g. `deployments`. */
  readonly kind: string;
  readonly name: string;
}

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
  return isNamespaceName(namespace) && isObjectName(name) ? { cluster, namespace, kind, name } : undefined;
};
