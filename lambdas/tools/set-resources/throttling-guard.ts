import { CloudError, ToolRefusal } from '../../contracts/errors.ts';
import type { ToolContext, HealthCheck } from '../tool.ts';
import { UsageAnswer, USAGE_READ } from '../../contracts/usage.ts';
import { parsedAnswer } from '../answer.ts';
import type { WorkloadPlace } from '../kubernetes/changes/edit.ts';
import { quantile } from '../quantile.ts';
import { readWorkload } from '../kubernetes/workload.ts';
import { containerNamed } from './fields.ts';

const NAME = 'throttling';
const STEP_SECONDS = 300;
/** What it was before is the most of a day. */
const BEFORE_SECONDS = 24 * 3600;
/** A container that is held back in fewer of its CPU periods is hardly slower. */
const LEAST_PERCENT = 25;

/**
 * Whether a container is held back by its CPU limit more than on the day before the change. Fewer requests do not throttle by
 * themselves: it shows that the work per pod has become more. Half of the steps must be worse, since a start is busy.
 */
export const throttlingGuard = async (
  { cloud, clock }: ToolContext,
  place: WorkloadPlace & { readonly container: string },
  since: Date,
): Promise<HealthCheck> => {
  const { container } = place;
  try {
    const workload = await readWorkload(cloud, place.kind, place);
    if (containerNamed(workload, container).resources.limits['cpu'] === undefined)
      return { name: NAME, outcome: 'good', detail: `${container} has no CPU limit, so nothing throttles it.` };
    const points = await throttledIn(cloud, place, since, clock.now());
    const changed = since.getTime() / 1000;
    const before = points.flatMap(([at, percent]) => (at <= changed ? [percent] : []));
    const after = points.flatMap(([at, percent]) => (at - STEP_SECONDS >= changed ? [percent] : []));
    return judged(container, Math.max(0, ...before), after);
  } catch (error) {
    if (!(error instanceof CloudError || error instanceof ToolRefusal)) throw error;
    return {
      name: NAME,
      outcome: 'unknown',
      detail: `Whether ${container} is throttled is not known: ${error.message}`,
    };
  }
};

const judged = (container: string, most: number, after: readonly number[]): HealthCheck => {
  if (after.length === 0)
    return {
      name: NAME,
      outcome: 'unknown',
      detail: `Nothing is known of throttling of ${container} since the change yet.`,
    };
  const half = quantile(
    after.toSorted((one, other) => one - other),
    0.5,
  );
  const detail = `${container} is held back in ${Math.round(half)} % of its CPU periods (median since the change); at most ${Math.round(most)} % on the day before.`;
  return { name: NAME, outcome: half >= LEAST_PERCENT && half > most ? 'bad' : 'good', detail };
};

const throttledIn = async (
  cloud: ToolContext['cloud'],
  { cluster, namespace, kind, name, container }: WorkloadPlace & { readonly container: string },
  since: Date,
  now: Date,
): Promise<UsageAnswer['series'][number]['points']> => {
  const to = Math.floor(now.getTime() / 1000);
  const seconds = to - Math.floor(since.getTime() / 1000) + BEFORE_SECONDS;
  const from = to - Math.ceil(seconds / STEP_SECONDS) * STEP_SECONDS;
  const range = { from: new Date(from * 1000).toISOString(), to: new Date(to * 1000).toISOString() };
  const of = { cluster, namespace, kind, name, containers: [container], metric: 'throttling' };
  const input = { ...of, ...range, stepSeconds: STEP_SECONDS };
  const { series } = await parsedAnswer(cloud, { ...USAGE_READ, input }, UsageAnswer, 'The source of usage');
  return series.find((one) => one.container === container)?.points ?? [];
};
