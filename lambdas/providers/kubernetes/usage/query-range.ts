import * as z from 'zod';
import { parseJson } from '../../../contracts/json.ts';
import type { PromqlAnswer } from '../../../contracts/usage.ts';
import type { HttpsAnswer, HttpsRequest } from '../../../adapters/https.ts';
import { encoded } from '../token.ts';
import { usageRefused, usageUnavailable } from './errors.ts';

/** Sends one GET. */
export type SendGet = (request: HttpsRequest) => Promise<HttpsAnswer>;

/** A server with the HTTP API of Prometheus. */
export interface Prometheus {
  /** In words. */
  readonly name: string;
  /** What its API is below. */
  readonly url: URL;
  readonly send: SendGet;
  readonly headersFor: (path: string, query: Record<string, string>) => Promise<Record<string, string>>;
}

/** How long the server may work on a query. */
export const SERVER_TIMEOUT_SECONDS = 10;
/** What an answer may have, whatever was asked. */
const MOST_SERIES = 100;

const Said = z.array(z.string()).default([]);
const Answer = z.discriminatedUnion('status', [
  z.object({
    status: z.literal('success'),
    data: z.object({
      resultType: z.literal('matrix'),
      result: z.array(
        z.object({
          metric: z.record(z.string(), z.string()),
          values: z.array(z.tuple([z.number(), z.string()])).default([]),
        }),
      ),
    }),
    warnings: Said,
    infos: Said,
  }),
  z.object({ status: z.literal('error'), errorType: z.string().default(''), error: z.string().default('') }),
]);
type Answer = z.infer<typeof Answer>;

interface Range {
  readonly from: string;
  readonly to: string;
  readonly stepSeconds: number;
}

/** Makes one range query. The first point stands for the step that ends one step after `from`. */
export const queryRange = async (
  prometheus: Prometheus,
  promql: string,
  { from, to, stepSeconds }: Range,
): Promise<PromqlAnswer> => {
  const { name, url, send, headersFor } = prometheus;
  const path = `${url.pathname.replace(/\/+$/, '')}/api/v1/query_range`;
  const query = {
    query: promql,
    start: String(Date.parse(from) / 1000 + stepSeconds),
    end: String(Date.parse(to) / 1000),
    step: String(stepSeconds),
    timeout: `${SERVER_TIMEOUT_SECONDS}s`,
  };
  const search = Object.entries(query).map(([key, value]) => `${encoded(key)}=${encoded(value)}`);
  const headers = { ...(await headersFor(path, query)), accept: 'application/json' };
  const answer = await send({ call: name, url: new URL(`${path}?${search.join('&')}`, url), method: 'GET', headers });
  return seriesIn(name, answer);
};

const seriesIn = (name: string, { status, text }: HttpsAnswer): PromqlAnswer => {
  const { data: answer } = Answer.safeParse(parseJson(text));
  if (answer === undefined) throw unreadable(name, status, text);
  if (answer.status === 'error') throw failure(name, status, answer);
  const { result } = answer.data;
  if (result.length > MOST_SERIES)
    throw usageRefused(
      name,
      'TooManySeries',
      `its answer has ${result.length} series; at most ${MOST_SERIES} are read.`,
    );
  const series = result.map(({ metric, values }) => ({
    labels: metric,
    // A share of nothing is NaN: no value, rather than a value.
    points: values.flatMap(([at, value]): [number, number][] => (isNumber(value) ? [[at, Number(value)]] : [])),
  }));
  return { source: name, series, warnings: [...answer.warnings, ...answer.infos] };
};

const isNumber = (value: string): boolean => value !== '' && Number.isFinite(Number(value));

const unreadable = (name: string, status: number, text: string): Error => {
  if (status === 401 || status === 403)
    return usageRefused(name, 'Forbidden', `${status}, it does not let this function read. ${text.slice(0, 300)}`);
  if (status >= 300 && status < 400)
    return usageUnavailable(
      name,
      `${status}, a redirection, which is not followed; name the endpoint that it leads to`,
    );
  return usageUnavailable(name, status === 200 ? 'an answer that is cut off, or not of Prometheus' : `HTTP ${status}`);
};

/** Prometheus says what kind of error it is; what is in front of it only has a status. */
const failure = (name: string, status: number, { errorType, error }: Answer & { readonly status: 'error' }): Error => {
  const why = error.slice(0, 500);
  if (errorType === 'timeout' || errorType === 'canceled' || status === 503)
    return usageUnavailable(name, `${status}, the query took more than ${SERVER_TIMEOUT_SECONDS} s: ${why}`);
  if (status === 429 || status >= 500) return usageUnavailable(name, `${status} ${errorType}: ${why}`);
  if (errorType === 'execution' || status === 422)
    return usageRefused(name, 'QueryFailed', `${why}. A shorter window, or one container, asks for less.`);
  return usageRefused(name, errorType === '' ? `Http${status}` : errorType, why);
};
