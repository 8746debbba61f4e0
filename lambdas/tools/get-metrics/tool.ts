import { ToolRefusal } from '../../contracts/errors.ts';
import { readMetric } from '../aws/metrics.ts';
import { dimensionsText, utc } from '../aws/format.ts';
import { observeTool } from '../tool.ts';
import { manifest } from './manifest.ts';
import { seriesSummary } from './summary.ts';

/** A day of one-minute datapoints, which fits one page of GetMetricData for all five statistics. */
const MAX_DATAPOINTS = 1440;

export const tool = observeTool(manifest, async (input, { cloud, clock }) => {
  const expected = Math.ceil((input.minutes * 60) / input.periodSeconds);
  if (expected > MAX_DATAPOINTS)
    throw new ToolRefusal(
      `${input.minutes} minutes in periods of ${input.periodSeconds} s are ${expected} datapoints, more than ${MAX_DATAPOINTS}. Ask for a longer period.`,
    );
  const to = clock.now();
  const from = new Date(to.getTime() - input.minutes * 60_000);
  const series = await readMetric(cloud, { ...input, from, to });
  const what = `${input.namespace} ${input.metric} ${dimensionsText(input.dimensions)}`;
  const window = `${utc(from)} to ${utc(to)}, periods of ${input.periodSeconds} s`;
  if (series.every(({ points }) => points.length === 0))
    return (
      `No datapoints for ${what} from ${window}. Either there is no such metric with exactly these dimensions, ` +
      'or nothing was published. This is not the same as zero.'
    );
  // The finding first: people read only the first line of it.
  const [finding = '', ...more] = series.flatMap((one) => seriesSummary(one, expected));
  return [`${input.metric} ${finding}`, `${what} from ${window}`, ...more].join('\n');
});
