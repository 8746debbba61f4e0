import { ToolRefusal } from '../../contracts/errors.ts';
import { PROMQL_READ, PromqlAnswer } from '../../contracts/usage.ts';
import { parsedAnswer } from '../answer.ts';
import { dimensionsText, formatNumber, singleLine, utc } from '../aws/format.ts';
import { quantile } from '../quantile.ts';
import { observeTool } from '../tool.ts';
import { manifest } from './manifest.ts';

const MOST_POINTS = 11_000;
const MOST_SHOWN = 20;
const LABELS_LENGTH = 300;

export const tool = observeTool(manifest, async (input, { cloud, clock }) => {
  const { cluster, namespace, promql: query, minutes, stepSeconds } = input;
  const steps = Math.floor((minutes * 60) / stepSeconds);
  if (steps < 1 || steps > MOST_POINTS)
    throw new ToolRefusal(
      `${minutes} minutes in steps of ${stepSeconds} s are ${steps} points; expected 1 to ${MOST_POINTS}. Ask for another step.`,
    );
  const to = Math.floor(clock.now().getTime() / 1000);
  const [from, until] = [to - steps * stepSeconds, to].map((seconds) => new Date(seconds * 1000).toISOString());
  const range = { from: from ?? '', to: until ?? '', stepSeconds };
  const request = { ...PROMQL_READ, input: { cluster, namespace, query, ...range } };
  const { source, series, warnings } = await parsedAnswer(cloud, request, PromqlAnswer, 'The source of usage');
  const window = `from ${utc(range.from)} to ${utc(range.to)}, a point each ${stepSeconds} s`;
  const found = series.filter(({ points }) => points.length > 0);
  return [
    found.length === 0
      ? `No series has a value ${window}. This is not the same as zero: there may be no such metric or label.`
      : `${found.length} series ${window}, the highest first; from ${source}:`,
    ...found
      .toSorted((one, other) => highestOf(other) - highestOf(one))
      .slice(0, MOST_SHOWN)
      .map((one) => `- ${seriesText(one, steps)}`),
    ...(found.length > MOST_SHOWN ? [`${MOST_SHOWN} of ${found.length} series shown.`] : []),
    ...warnings.map((warning) => `Warning: ${warning}`),
  ].join('\n');
});

type Series = PromqlAnswer['series'][number];

const highestOf = ({ points }: Series): number => points.reduce((most, [, value]) => Math.max(most, value), -Infinity);

const seriesText = (series: Series, steps: number): string => {
  const { labels, points } = series;
  const sorted = points.map(([, value]) => value).toSorted((one, other) => one - other);
  const highest = highestOf(series);
  const at = points.find(([, value]) => value === highest)?.[0] ?? 0;
  const numbers = [
    `highest ${formatNumber(highest)} at ${utc(new Date(at * 1000))}`,
    `median ${formatNumber(quantile(sorted, 0.5))}`,
    `lowest ${formatNumber(quantile(sorted, 0))}`,
    `newest ${formatNumber(points.at(-1)?.[1] ?? Number.NaN)}`,
  ].join(', ');
  return `${singleLine(dimensionsText(labels), LABELS_LENGTH)}: ${numbers}; ${points.length} of ${steps} points`;
};
