import { NodeHttpHandler } from '@smithy/node-http-handler';

/**
 * An HTTP/1.1 handler for Bedrock. The client uses HTTP/2 by default, whose handler has no timeout for connecting or
 * for one attempt. HTTP/1.1 has both, and works with the same proxies and emulators as the other clients.
 */
export const http1Handler = (requestTimeout: number): NodeHttpHandler =>
  new NodeHttpHandler({ connectionTimeout: 1_000, requestTimeout, throwOnRequestTimeout: true });
