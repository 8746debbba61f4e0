import { NodeHttpHandler } from '@smithy/node-http-handler';

/**
 * Bedrock's client speaks HTTP/2 by default, and its handler for that knows no bound of an attempt and none of
 * connecting. HTTP/1.1 has both, and passes through the proxies and emulators that the other clients pass through.
 */
export const overHttp1 = (requestTimeout: number): NodeHttpHandler =>
  new NodeHttpHandler({ connectionTimeout: 1_000, requestTimeout, throwOnRequestTimeout: true });
