import assert from 'node:assert/strict';
import { CloudError, ToolRefusal } from '../../lambdas/contracts/errors.ts';
import type { JsonObject } from '../../lambdas/contracts/json.ts';
import { admit } from '../../lambdas/kernel/model/admission.ts';
import { CATALOGUE } from '../../lambdas/tools/catalogue.ts';
import { usagePeaks } from '../../lambdas/tools/kubernetes/usage.ts';
import * as promql from '../../lambdas/tools/query-prometheus/tool.ts';
import { manifest as promqlManifest } from '../../lambdas/tools/query-prometheus/manifest.ts';
import * as usage from '../../lambdas/tools/query-usage/tool.ts';
import { manifest as usageManifest } from '../../lambdas/tools/query-usage/manifest.ts';
import type { ServerCheck } from '../e2e/run-checks.ts';
import { agentWith, cloudOf, run } from './ask.ts';
import { SLOW_SERIES, type PrometheusServer } from './server.ts';

const QUERY_USAGE = { tool: usage.tool, manifest: usageManifest };
const QUERY_PROMETHEUS = { tool: promql.tool, manifest: promqlManifest };
const CHECKOUT = { kind: 'deployments', name: 'checkout' } as const;

type PrometheusCheck = ServerCheck<PrometheusServer>;

const shows = (promise: string, input: JsonObject, expected: readonly RegExp[]): PrometheusCheck => ({
  promise,
  run: async (server) => {
    const text = await run(server, QUERY_USAGE, { ...CHECKOUT, ...input });
    for (const one of expected) assert.match(text, one);
  },
});

const refuses = async (work: Promise<unknown>, says: RegExp): Promise<void> => {
  const error: unknown = await work.catch((thrown: unknown) => thrown);
  assert(error instanceof CloudError || error instanceof ToolRefusal, `it was not refused: ${String(error)}`);
  assert.match(error.message, says);
};

const peakOf = async (server: PrometheusServer, name: string) => {
  const of = {
    cluster: 'prod',
    namespace: 'shop',
    kind: 'deployments',
    name,
    containers: ['web'],
    metric: 'memory',
  } as const;
  const [peak] = await usagePeaks(cloudOf(server, usageManifest.reads), of, server.end);
  assert(peak !== undefined);
  return peak;
};

/** What is asked of a real Prometheus. */
export const CHECKS: readonly PrometheusCheck[] = [
  shows('a peak of a single sample is found, pods that are gone count, and no neighbour does', { metric: 'memory' }, [
    /^Deployment checkout in shop, web: peak of memory 777 MiB, 152 % of its request of 512 MiB, 76 % of its limit of 1 GiB, .*\(48 h ago\)/,
    /p50 300 MiB, p95 310 MiB, p99 310 MiB/,
  ]),
  shows('a window longer than its data says what it covers, and its gap', { metric: 'memory' }, [
    /56 % of the 14 days have data: the data begins only 8 days ago, there is a gap of \d+ min/,
  ]),
  shows('a window within its data is whole', { metric: 'memory', hours: 24 }, [/all 24 h have data/]),
  shows('CPU is the highest rate, in cores', { metric: 'cpu' }, [
    /peak of CPU 0\.8 cores, 160 % of its request of 0\.5 cores, no limit/,
  ]),
  shows('throttling is the share of the periods', { metric: 'throttling', hours: 48 }, [
    /held back in up to 40 % of its CPU periods/,
  ]),
  shows('a missing series is not the same as zero', { metric: 'memory', name: 'no-such' }, [
    /^The Prometheus of the cluster prod has no memory of Deployment no-such in shop in the last 14 days\. This is not the same as zero/,
  ]),
  {
    promise: 'a peak is known if most of the window has data, and unknown with the reason if not',
    async run(server) {
      const known = await peakOf(server, 'checkout');
      assert(known.kind === 'known', JSON.stringify(known));
      assert.equal(known.peak, 777 * 1_048_576);
      const young = await peakOf(server, 'young');
      assert.match(JSON.stringify(young), /unknown.*for only 7 % of the last 14 days/);
      assert.match(JSON.stringify(await peakOf(server, 'no-such')), /unknown.*has no memory of no-such/);
    },
  },
  {
    promise: 'a query that takes the server too long is refused in words',
    run: (server) =>
      refuses(run(server, QUERY_PROMETHEUS, { promql: SLOW_SERIES, minutes: 60 }), /UsageUnavailable.*timed out/),
  },
  {
    promise: 'an answer that does not come in time is not waited for',
    run: (server) =>
      refuses(
        run(server, QUERY_PROMETHEUS, { promql: SLOW_SERIES, minutes: 60 }, { prometheus: { timeoutMs: 100 } }),
        /UsageUnavailable.*none within 0\.1 s/,
      ),
  },
  {
    promise: 'a query of too many samples, and one that is malformed, are refused in the words of the server',
    async run(server) {
      const many = 'count_over_time(container_memory_working_set_bytes[7d:1s])';
      await refuses(run(server, QUERY_PROMETHEUS, { promql: many, minutes: 60 }), /QueryFailed.*too many samples/);
      await refuses(run(server, QUERY_PROMETHEUS, { promql: 'sum(' }), /bad_data.*parse error/);
    },
  },
  {
    promise: 'PromQL of the model is answered where it is granted, and refused by kernel and provider where it is not',
    async run(server) {
      const input = { promql: 'count by (namespace) (container_memory_working_set_bytes)', minutes: 60 };
      assert.match(await run(server, QUERY_PROMETHEUS, input), /^2 series[\s\S]*\{namespace=shop\}: highest/);
      await refuses(
        run(server, QUERY_PROMETHEUS, input, { agents: agentWith() }),
        /No agent may send PromQL of its own/,
      );
      const call = { id: 'c1', name: 'query_prometheus', input: { cluster: 'prod', namespace: 'shop', ...input } };
      const admissions = agentWith().map((agent) => admit(agent, call, CATALOGUE));
      assert.match(JSON.stringify(admissions), /refused.*optimizer may not send PromQL of its own/);
    },
  },
  {
    promise: 'a Prometheus on the machine itself is not asked by a function',
    run: (server) =>
      refuses(
        run(
          server,
          QUERY_USAGE,
          { ...CHECKOUT, metric: 'memory' },
          { prometheus: { isForbidden: (host) => host.startsWith('127.') } },
        ),
        /belongs to the machine or its platform/,
      ),
  },
];
