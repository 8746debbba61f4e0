/** Seconds between two samples. */
const EVERY = 60;
const DAY = 86_400;
const MIB = 1_048_576;

/** What is known of one series: a value at a moment, counted in seconds before the end; undefined is no sample. */
interface Series {
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly at: (secondsAgo: number) => number | undefined;
}

const web = (pod: string, more: Readonly<Record<string, string>> = {}) => ({
  cluster: 'prod-1',
  namespace: 'shop',
  pod,
  container: 'web',
  ...more,
});
const memory = (labels: Series['labels'], mib: (secondsAgo: number) => number | undefined): Series => ({
  metric: 'container_memory_working_set_bytes',
  labels,
  at: (ago) => {
    const value = mib(ago);
    return value === undefined ? undefined : value * MIB;
  },
});

/** The one sample of the peak: two days ago, between the steps of any query. */
const PEAK_AGO = 2 * DAY + 7 * EVERY;
/** The hours in which nothing was kept. */
const isGap = (ago: number): boolean => ago > 3 * DAY && ago <= 3 * DAY + 3 * 3600;
const NEW = 'checkout-7d4b9c6f5-x2k4q';
const OLD = 'checkout-6c9f7d8b4-zz7wq';

/** Usage of a Deployment over eight days, of its neighbours that must not count, and of one that is only a day old. */
const SERIES: readonly Series[] = [
  // A pod that is gone for four days had the same use.
  memory(web(OLD), (ago) => (ago <= 8 * DAY && ago > 4 * DAY ? 300 : undefined)),
  memory(web(NEW), (ago) => (ago > 4 * DAY || isGap(ago) ? undefined : ago === PEAK_AGO ? 777 : 310)),
  ...[
    web('checkout-api-7d4b9c6f5-x2k4q'),
    web('recheckout-7d4b9c6f5-x2k4q'),
    web(NEW, { container: 'POD' }),
    web(NEW, { container: '' }),
    web(NEW, { namespace: 'bank' }),
    web(NEW, { cluster: 'dev-1' }),
  ].map((labels) => memory(labels, (ago) => (ago <= 8 * DAY ? 4000 : undefined))),
  memory(web('young-7d4b9c6f5-x2k4q'), (ago) => (ago <= DAY ? 100 : undefined)),
  counter('container_cpu_usage_seconds_total', (ago) => (ago > DAY && ago <= DAY + 3600 ? 0.8 : 0.2)),
  counter('container_cpu_cfs_periods_total', () => 10),
  counter('container_cpu_cfs_throttled_periods_total', (ago) => (ago > DAY && ago <= DAY + 3600 ? 4 : 0)),
];

/** A counter that rises by so much each second. */
function counter(metric: string, perSecond: (secondsAgo: number) => number): Series {
  let total = 0;
  return {
    metric,
    labels: web(NEW),
    at: (ago) => {
      if (ago > 4 * DAY) return undefined;
      total += perSecond(ago) * EVERY;
      return total;
    },
  };
}

/** All samples in the text format of OpenMetrics, up to a moment in seconds. */
export const openMetrics = (end: number): string => {
  const lines = SERIES.flatMap(({ metric, labels, at }) => {
    const name = `${metric}{${Object.entries(labels)
      .map(([label, value]) => `${label}="${value}"`)
      .join(',')}}`;
    const samples: string[] = [];
    for (let ago = 8 * DAY; ago >= 0; ago -= EVERY) {
      const value = at(ago);
      if (value !== undefined) samples.push(`${name} ${value} ${end - ago}`);
    }
    return samples;
  });
  return `${lines.join('\n')}\n# EOF\n`;
};
