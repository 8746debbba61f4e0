import { lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { SignatureV4 } from '@smithy/signature-v4';
import { systemClock } from '../../../adapters/system.ts';
import { ToolRefusal } from '../../../contracts/errors.ts';
import type { AccountRegion, Clock } from '../../../contracts/ports.ts';
import { isForbiddenHost, type UsageSource } from '../../../contracts/usage-source.ts';
import { httpsSender, type HttpsOptions } from '../https.ts';
import { awsHost, Sha256, type CredentialSource } from '../token.ts';
import { usageUnavailable } from './errors.ts';
import { SERVER_TIMEOUT_SECONDS, type Prometheus, type SendGet } from './query-range.ts';

/** (In tests) other limits, and addresses that are forbidden otherwise. */
export interface PrometheusOptions extends Pick<HttpsOptions, 'timeoutMs' | 'mostBytes' | 'certificateAuthority'> {
  readonly isForbidden?: (host: string) => boolean;
  /** Answers in place of the network. */
  readonly send?: SendGet;
}

/** Twenty containers with a point for every quarter of an hour of two weeks are less than 1 MB. */
const MOST_BYTES = 4 * 1024 * 1024;
/** The server gives up before, and says so. */
const TIMEOUT_MS = (SERVER_TIMEOUT_SECONDS + 5) * 1000;

/** Sends to any Prometheus. It follows no redirect, so no answer leads to another address. */
export const prometheusSender = ({
  isForbidden = isForbiddenHost,
  send,
  ...options
}: PrometheusOptions = {}): SendGet =>
  send ??
  httpsSender({
    timeoutMs: TIMEOUT_MS,
    mostBytes: MOST_BYTES,
    ...options,
    plainHttp: true,
    lookup: guardedLookup(isForbidden),
    unavailable: usageUnavailable,
  });

/** DNS, without the addresses that nobody may be led to. They are checked here, where the connection takes them from. */
const guardedLookup =
  (isForbidden: (host: string) => boolean): LookupFunction =>
  (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) {
        callback(error, '', 0);
        return;
      }
      const [first] = addresses;
      const forbidden = addresses.find(({ address }) => isForbidden(address));
      if (first === undefined || forbidden !== undefined)
        callback(refusedAddress(hostname, forbidden?.address ?? 'none'), '', 0);
      else if (options.all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };

const refusedAddress = (host: string, address: string): ToolRefusal =>
  new ToolRefusal(
    `The Prometheus ${host} of the settings (\`usage\` of the cluster) has the address ${address}, which belongs to the machine or its platform. It was not asked.`,
  );

/** A Prometheus that answers without credentials. */
export const plainPrometheus = (
  { endpoint }: UsageSource & { readonly kind: 'prometheus' },
  cluster: string,
  send: SendGet,
  { isForbidden = isForbiddenHost }: PrometheusOptions = {},
): Prometheus => {
  const url = new URL(endpoint);
  // Where the host is an address, nobody asks DNS.
  if (isForbidden(url.hostname)) throw refusedAddress(url.host, url.hostname);
  return { name: `The Prometheus of the cluster ${cluster}`, url, send, headersFor: async () => ({}) };
};

/** A workspace of Amazon Managed Prometheus, with requests that are signed. */
export const workspacePrometheus = (
  { workspace, region: own }: UsageSource & { readonly kind: 'amp' },
  at: AccountRegion,
  credentialsFor: (workspaceArn: string) => CredentialSource,
  send: SendGet,
  clock: Pick<Clock, 'now'> = systemClock,
): Prometheus => {
  const region = own ?? at.region;
  const hostname = awsHost('aps-workspaces', region);
  const arn = `arn:${partitionOf(region)}:aps:${region}:${at.account}:workspace/${workspace}`;
  const signer = new SignatureV4({ service: 'aps', region, credentials: credentialsFor(arn), sha256: Sha256 });
  return {
    name: `The workspace ${workspace} of Amazon Managed Prometheus`,
    url: new URL(`https://${hostname}/workspaces/${workspace}`),
    send,
    headersFor: async (path, query) => {
      const request = { method: 'GET', protocol: 'https:', hostname, path, query, headers: { host: hostname } };
      const { headers } = await signer.sign(request, { signingDate: clock.now() });
      return headers;
    },
  };
};

const partitionOf = (region: string): string => {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
};
