import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { E2eFailure } from '../e2e/failure.ts';
import { REPOSITORY_ROOT } from '../e2e/paths.ts';
import { runWithLog, startProcess } from '../e2e/process.ts';
import type { Stoppable } from '../e2e/stop-at-end.ts';
import { pollUntil, timedStep } from '../e2e/progress.ts';
import { freePort } from '../kubernetes/token-webhook.ts';
import { openMetrics } from './samples.ts';

/** Files of a run: data, configuration, logs. Not committed. */
const RUN_FOLDER = join(REPOSITORY_ROOT, '.checkrein/prometheus');

/** A real Prometheus on this machine, and the moment up to which it has samples. */
export interface PrometheusServer {
  readonly url: string;
  readonly end: Date;
}

/** Starts a Prometheus that has kept eight days of samples. It is handed to `stopAtEnd`. */
export const startPrometheus = async (stopAtEnd: (one: Stoppable) => void): Promise<PrometheusServer> => {
  needsBinaries();
  rmSync(RUN_FOLDER, { recursive: true, force: true });
  mkdirSync(RUN_FOLDER, { recursive: true });
  // On a whole minute, and a little ago: what is newest is not yet in a block.
  const end = Math.floor(Date.now() / 60_000) * 60;
  const samples = join(RUN_FOLDER, 'samples.txt');
  const data = join(RUN_FOLDER, 'data');
  const config = join(RUN_FOLDER, 'prometheus.yml');
  writeFileSync(samples, openMetrics(end));
  writeFileSync(config, configuration(await startSilentStorage(stopAtEnd)));
  await timedStep('samples of eight days', () =>
    runWithLog(
      'promtool',
      ['tsdb', 'create-blocks-from', 'openmetrics', samples, data],
      join(RUN_FOLDER, 'promtool.log'),
    ),
  );
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const args = [`--config.file=${config}`, `--storage.tsdb.path=${data}`, '--storage.tsdb.retention.time=60d'];
  const limits = [`--web.listen-address=127.0.0.1:${port}`, '--query.timeout=1s', '--query.max-samples=1000000'];
  const options = { log: join(RUN_FOLDER, 'prometheus.log'), url: `${url}/-/ready`, env: process.env };
  stopAtEnd(await timedStep('prometheus', () => startProcess('prometheus', [...args, ...limits], options)));
  await pollUntil('Prometheus to be ready', async () => ((await fetch(`${url}/-/ready`)).ok ? true : undefined));
  return { url, end: new Date(end * 1000) };
};

/** Series with this label are read from a storage that never answers, so a query of them is slow on any machine. */
export const SLOW_SERIES = 'container_memory_working_set_bytes{storage="silent"}';

const configuration = (silentPort: number): string => `
global: {}
remote_read:
  - url: http://127.0.0.1:${silentPort}/read
    read_recent: true
    required_matchers: { storage: silent }
`;

/** A server that takes requests and never answers them. */
const startSilentStorage = async (stopAtEnd: (one: Stoppable) => void): Promise<number> => {
  const port = await freePort();
  const server = createServer(() => undefined);
  await new Promise<void>((listening) => server.listen(port, '127.0.0.1', listening));
  stopAtEnd({
    stop: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  });
  return port;
};

const needsBinaries = (): void => {
  for (const command of ['prometheus', 'promtool'])
    try {
      execFileSync(command, ['--version'], { stdio: 'ignore' });
    } catch {
      throw new E2eFailure(`This machine has no ${command}.`, 'Install it: apt-get install prometheus.');
    }
};
