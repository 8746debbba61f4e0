import * as z from 'zod';
import { ended } from '../../contracts/cloud-call.ts';
import { ERROR } from '../../contracts/error-names.ts';
import { CloudError, StepError } from '../../contracts/errors.ts';

/** The part of a Status that says why a request failed. */
const Status = z.looseObject({
  kind: z.literal('Status'),
  message: z.string().default(''),
  reason: z.string().default(''),
  details: z.looseObject({ causes: z.array(z.looseObject({ reason: z.string().default('') })).default([]) }).optional(),
});
type Status = z.infer<typeof Status>;

/** An answer of an API server. */
export interface ClusterAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** Reasons for which only time helps, whatever the HTTP status. */
const LATER: ReadonlySet<string> = new Set(['ServerTimeout', 'Timeout', 'ServiceUnavailable', 'InternalError']);

const ADVICE = 'See docs/kubernetes.md: what the cluster must allow.';

/** The error for an answer that is not a success: what the model can learn from, or what only time helps against. */
export const clusterError = (call: string, { status, body }: ClusterAnswer): CloudError | StepError => {
  const parsed = Status.safeParse(body);
  const said: Status = parsed.success ? parsed.data : { kind: 'Status', message: plainText(body), reason: '' };
  const { message, details } = said;
  const reason = said.reason === '' ? reasonOf(status) : said.reason;
  if (status >= 500 || LATER.has(reason) || isThrottle(status, said))
    return clusterUnavailable(call, `${status} ${reason}: ${message}`);
  if (status === 401) return unauthorized(call, message);
  return new CloudError(reason, message, undefined, call, { details, advice: ADVICE });
};

/** The error for a request that got no answer, or none that says whether it was done. */
export const clusterUnavailable = (call: string, why: string, cause?: unknown): StepError =>
  new StepError(
    ERROR.cloudUnavailable,
    `${call} got no usable response from the cluster (${why}).`,
    'Its API server throttles, fails or cannot be reached. The step is retried; if it persists, look at the cluster, and at the network of the functions.',
    cause,
  );

/** An eviction that a PodDisruptionBudget refuses is an answer. Any other 429 is the server, which is busy. */
const isThrottle = (status: number, { details }: Status): boolean =>
  status === 429 && details?.causes.some(({ reason }) => reason === 'DisruptionBudget') !== true;

const unauthorized = (call: string, message: string): CloudError =>
  new CloudError(
    'Unauthorized',
    `${ended(message)} The cluster does not know the role of this call: it has no access entry for it, or one for a role of the same name that was deleted.`,
    undefined,
    call,
    { advice: ADVICE },
  );

const plainText = (body: unknown): string => (typeof body === 'string' ? body.slice(0, 500) : 'no reason given');

/** The reason of an answer that is not a Status, e.g. of a proxy. */
const reasonOf = (status: number): string => {
  const reasons: Readonly<Record<number, string>> = {
    400: 'BadRequest',
    401: 'Unauthorized',
    403: 'Forbidden',
    404: 'NotFound',
    409: 'Conflict',
    422: 'Invalid',
    429: 'TooManyRequests',
  };
  return reasons[status] ?? `HTTP ${status}`;
};
