import * as z from 'zod';
import { contractBroken } from '../../contracts/errors.ts';
import type { PageRequest, PageResponse } from './responses.ts';

const Text = z.record(z.string(), z.string());
const Texts = z.record(z.string(), z.array(z.string()));

/** A request to the function URL (payload format 2.0). Lambda joins the values of a header that was sent twice with a comma. */
const FunctionUrlEvent = z.object({
  rawQueryString: z.string().default(''),
  headers: Text.default({}),
  requestContext: z.object({ http: z.object({ method: z.string() }) }),
  body: z.string().default(''),
  isBase64Encoded: z.boolean().default(false),
});

/** A request through a target group of a load balancer, whose attribute of headers with several values may be on. */
const LoadBalancerEvent = z.object({
  requestContext: z.object({ elb: z.object({ targetGroupArn: z.string() }) }),
  httpMethod: z.string(),
  /** As they were sent, percent-encoded. */
  queryStringParameters: Text.default({}),
  multiValueQueryStringParameters: Texts.default({}),
  headers: Text.default({}),
  multiValueHeaders: Texts.default({}),
  body: z.string().default(''),
  isBase64Encoded: z.boolean().default(false),
});

/** Reads the event of a function URL, or of a load balancer. */
export const fromFunctionUrl = (event: unknown): PageRequest => {
  const balanced = LoadBalancerEvent.safeParse(event);
  if (balanced.success) return fromLoadBalancer(balanced.data);
  const parsed = FunctionUrlEvent.safeParse(event);
  if (!parsed.success)
    throw contractBroken(
      `The approval page was called with something other than an HTTP request: ${parsed.error.message}`,
    );
  const { rawQueryString, headers, requestContext } = parsed.data;
  const query = new URLSearchParams(rawQueryString);
  return { method: requestContext.http.method, query, headers: lowerCased(headers), body: bodyOf(parsed.data) };
};

const fromLoadBalancer = (event: z.infer<typeof LoadBalancerEvent>): PageRequest => {
  const several: [string, string][] = Object.entries(event.multiValueHeaders).map(([name, values]) => [
    name,
    values.join(),
  ]);
  const query = [
    ...Object.entries(event.queryStringParameters),
    ...Object.entries(event.multiValueQueryStringParameters).flatMap(([name, values]) =>
      values.map((value) => [name, value]),
    ),
  ];
  return {
    method: event.httpMethod,
    query: new URLSearchParams(query.map((pair) => pair.join('=')).join('&')),
    headers: lowerCased({ ...event.headers, ...Object.fromEntries(several) }),
    body: bodyOf(event),
  };
};

/** Names in other cases are the same header, so their values stand together, as if it had been sent twice. */
const lowerCased = (headers: Readonly<Record<string, string>>): Record<string, string> => {
  const lower: Record<string, string> = {};
  for (const [given, value] of Object.entries(headers)) {
    const name = given.toLowerCase();
    lower[name] = lower[name] === undefined ? value : `${lower[name]},${value}`;
  }
  return lower;
};

const bodyOf = ({ body, isBase64Encoded }: { readonly body: string; readonly isBase64Encoded: boolean }): string =>
  isBase64Encoded ? Buffer.from(body, 'base64').toString('utf8') : body;

/** The response that both take: a load balancer asks whether the body is encoded. */
export const toResponse = (response: PageResponse) => ({ ...response, isBase64Encoded: false });
