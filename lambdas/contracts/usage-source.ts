import * as z from 'zod';
import { AwsRegion } from './aws-region.ts';

/** Labels that tell the series of a cluster apart, where one source has several clusters. */
const Labels = z
  .record(
    z.string().regex(/^[a-zA-Z_]\w{0,62}$/, 'the name of a label'),
    z.string().regex(/^[\w.:/-]{1,200}$/, 'letters, digits and _ . : / -'),
  )
  .refine((labels) => Object.keys(labels).length <= 5, 'at most five labels')
  .refine(
    (labels) => !['namespace', 'pod', 'container', '__name__'].some((name) => Object.hasOwn(labels, name)),
    'labels other than namespace, pod and container, which each query sets itself',
  )
  .default({});

/**
 * Addresses that belong to the machine itself or to the platform below it, such as those that hand out credentials. Takes a host
 * of a URL, or an address as DNS gives it.
 */
export const isForbiddenHost = (host: string): boolean => {
  const text = host.toLowerCase().replace(/\.$/, '');
  if (/^\[?[\da-f:.]*:[\da-f:.]*(%.*)?\]?$/.test(text))
    // Loopback, unspecified and all that carries an IPv4 address (::…, 64:ff9b::…), link-local, multicast, and EC2's own.
    return /^\[?(::|64:ff9b:|fe[89ab][\da-f]:|ff|fd00:ec2:|2002:)/.test(text);
  if (/^[\d.]+$/.test(text)) return /^(0|127|169\.254|22[4-9]|23\d|24\d|25[0-5])\./.test(text);
  return /^(localhost|.+\.localhost|metadata|metadata\.google\.internal|instance-data(\.ec2\.internal)?)$/.test(text);
};

const Endpoint = z
  .url({
    protocol: /^https?$/,
    error: 'the URL of a Prometheus, e.g. https://prometheus.example.com or http://prometheus.internal:9090/prometheus',
  })
  .refine((url) => /^https?:\/\/[^/?#@[\]]+(\/[\w./-]*)?$/i.test(url), {
    error: 'a host name or an IPv4 address, without a user, a query or a fragment',
  })
  .refine((url) => !isForbiddenHost(hostOf(url)), {
    error: 'a host other than the machine itself and the services of its platform (loopback, link-local, metadata)',
  });

/** The host of a URL as it would be called: numbers in any notation are an address. */
const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).hostname : 'localhost');

/** Where the usage of a cluster over time is read. */
export const UsageSource = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({
      /** A Prometheus that answers without credentials where the functions run. */
      kind: z.literal('prometheus'),
      endpoint: Endpoint,
      labels: Labels,
    }),
    z.strictObject({
      /** A workspace of Amazon Managed Service for Prometheus, in the account of the cluster. */
      kind: z.literal('amp'),
      workspace: z.string().regex(/^ws-[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/, 'the id of a workspace: ws-…'),
      /** Default: the Region of the deployment. */
      region: AwsRegion.optional(),
      labels: Labels,
    }),
    z.strictObject({
      /** Container Insights with enhanced observability. It knows only containers that have limits. */
      kind: z.literal('container-insights'),
    }),
  ],
  { error: "'prometheus', 'amp' or 'container-insights'" },
);
export type UsageSource = z.infer<typeof UsageSource>;

/** Whether a source is read without TLS. */
export const isPlainHttp = (source: UsageSource | undefined): boolean =>
  source?.kind === 'prometheus' && new URL(source.endpoint).protocol === 'http:';

/** Whether another cluster has the same source and this one, or the other, has no labels that tell them apart. */
export const sharedUsage = (
  source: UsageSource | undefined,
  clusters: readonly { readonly usage?: UsageSource | undefined }[],
  index: number,
): boolean =>
  clusters.some(
    ({ usage }, other) => other !== index && samePlace(usage, source) && labelsOf(usage) === labelsOf(source),
  ) ||
  (labelsOf(source) === '[]' && clusters.some(({ usage }, other) => other !== index && samePlace(usage, source)));

const samePlace = (one: UsageSource | undefined, other: UsageSource | undefined): boolean => {
  if (one?.kind === 'prometheus' && other?.kind === 'prometheus')
    return new URL(one.endpoint).host === new URL(other.endpoint).host;
  return one?.kind === 'amp' && other?.kind === 'amp' && one.workspace === other.workspace;
};

const labelsOf = (source: UsageSource | undefined): string =>
  JSON.stringify(Object.entries(source !== undefined && 'labels' in source ? source.labels : {}).toSorted());
