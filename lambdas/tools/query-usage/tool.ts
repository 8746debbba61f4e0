import * as z from 'zod';
import { ToolRefusal } from '../../contracts/errors.ts';
import type { UsageMetric } from '../../contracts/usage.ts';
import { formatNumber } from '../aws/format.ts';
import { KINDS } from '../kubernetes/input.ts';
import { listOf, Resources } from '../kubernetes/objects.ts';
import { millicoresOf, wholeOf } from '../kubernetes/quantity.ts';
import { bytesText, coresText, spanText, whenText } from '../kubernetes/text.ts';
import { readUsage, type Usage } from '../kubernetes/usage.ts';
import { coverageText, type ContainerUsage } from '../kubernetes/usage-summary.ts';
import { readWorkload, type Workload } from '../kubernetes/workload.ts';
import { observeTool } from '../tool.ts';
import { manifest } from './manifest.ts';

const Container = z.object({ name: z.string(), resources: Resources, restartPolicy: z.string().optional() });
const Template = z.object({
  spec: z.object({ containers: z.array(Container), initContainers: listOf(Container) }),
});
type Container = z.output<typeof Container>;

export const tool = observeTool(manifest, async (input, { cloud, clock }) => {
  const { kind, name, namespace, metric } = input;
  const wanted = containersOf(await readWorkload(cloud, kind, input), input);
  const now = clock.now();
  const usage = await readUsage(cloud, { ...input, containers: wanted.map((one) => one.name) }, now);
  const unknown = wanted.filter((one) => !usage.containers.some(({ container }) => container === one.name));
  const shown = usage.containers.flatMap((one) => {
    const spec = wanted.find((container) => container.name === one.container);
    return spec === undefined ? [] : [{ one, spec }];
  });
  const whose = `${KINDS[kind]} ${name} in ${namespace}`;
  if (shown.length === 0)
    return [
      `${usage.source} has no ${metric} of ${whose} in the last ${spanText(usage.to.getTime() - usage.from.getTime())}. This is not the same as zero: the peak is not known.`,
      ...usage.warnings.map((warning) => `Warning: ${warning}`),
    ].join('\n');
  return [
    ...shown.flatMap(({ one, spec }) => [
      // The finding first: people read only the first line of it.
      `${whose}, ${one.container}: ${peakText(metric, one, spec, now)}.`,
      `  p50 ${amountText(metric, one.p50)}, p95 ${amountText(metric, one.p95)}, p99 ${amountText(metric, one.p99)}; ${coverageText(usage, one)}.`,
    ]),
    ...(unknown.length > 0 ? [`Not known: ${unknown.map((one) => one.name).join(', ')}.`] : []),
    methodText(usage),
    ...usage.warnings.map((warning) => `Warning: ${warning}`),
  ].join('\n');
});

/** The containers that are asked for: those that run as long as the Pod does. */
const containersOf = (
  { spec }: Workload,
  {
    kind,
    name,
    container,
  }: { readonly kind: keyof typeof KINDS; readonly name: string; readonly container?: string | undefined },
): readonly Container[] => {
  const { containers, initContainers } = Template.parse(spec.template).spec;
  const all = [...containers, ...initContainers.filter(({ restartPolicy }) => restartPolicy === 'Always')];
  const wanted = container === undefined ? all : all.filter((one) => one.name === container);
  if (wanted.length > 0) return wanted;
  throw new ToolRefusal(
    `${KINDS[kind]} ${name} has no container ${container ?? ''}. It has ${all.map((one) => one.name).join(', ')}.`,
  );
};

const amountText = (metric: UsageMetric, value: number): string => {
  if (metric === 'memory') return bytesText(value);
  return metric === 'cpu' ? coresText(value) : `${formatNumber(value)} %`;
};

const peakText = (
  metric: UsageMetric,
  { peak, peakAt }: ContainerUsage,
  { resources }: Container,
  now: Date,
): string => {
  const when = `in the step up to ${whenText(peakAt.toISOString(), now)}`;
  if (metric === 'throttling') return `held back in up to ${amountText(metric, peak)} of its CPU periods, ${when}`;
  const read = metric === 'memory' ? wholeOf : millicoresOf;
  const of = (what: string, quantity: string | undefined): string => {
    const amount = quantity === undefined ? 0 : read(quantity);
    return amount === 0
      ? `no ${what}`
      : `${Math.round((peak / amount) * 100)} % of its ${what} of ${amountText(metric, amount)}`;
  };
  const { requests, limits } = resources;
  return `peak of ${metric === 'cpu' ? 'CPU' : 'memory'} ${amountText(metric, peak)}, ${of('request', requests[metric])}, ${of('limit', limits[metric])}, ${when}`;
};

const methodText = ({ source, stepSeconds }: Usage): string =>
  `From ${source}: of each ${spanText(stepSeconds * 1000)} the highest of any pod, pods that are gone included; percentiles are over these. Requests and limits are those of today.`;
