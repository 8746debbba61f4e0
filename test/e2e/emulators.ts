import { createServer } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { ACCOUNT, awsEnvironment, RUN_FOLDER, REGION, REPOSITORY_ROOT } from './paths.ts';
import { startProcess, type ServerProcess } from './process.ts';
import { RecordingProxy } from './recording-proxy.ts';

const LAUNCHER = join(import.meta.dirname, 'emulator.py');
/** Factor for the waits and retry pauses of the state machine. */
const WAIT_SCALE = 0.02;

/** Both emulators, each behind a proxy that all requests pass. */
export interface Emulators {
  /** MiniStack, with IAM enforced: everything except EC2 and Auto Scaling. */
  readonly aws: RecordingProxy;
  /** moto, which emulates EC2 (with DryRun) and Auto Scaling better. */
  readonly compute: RecordingProxy;
  readonly logs: readonly string[];
  stop(): Promise<void>;
}

/** Starts both on free ports of the loopback interface. */
export const startEmulators = async (python: string): Promise<Emulators> => {
  const [awsPort, computePort] = [await freePort(), await freePort()];
  const [aws, compute] = [await RecordingProxy.to(awsPort), await RecordingProxy.to(computePort)];
  // Outside the repository: its package.json would turn MiniStack's scripts into ES modules.
  const temporary = mkdtempSync(join(tmpdir(), 'checkrein-e2e-'));
  const servers: ServerProcess[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all([...servers, aws, compute].map((one) => one.stop()));
    rmSync(temporary, { recursive: true, force: true });
  };
  const start = async (name: string, port: number, path: string, env: NodeJS.ProcessEnv): Promise<void> => {
    const log = join(RUN_FOLDER, `${name}.log`);
    const url = `http://127.0.0.1:${port}${path}`;
    servers.push(
      await startProcess(python, [LAUNCHER, name], { log, url, env: { ...env, GATEWAY_PORT: String(port) } }),
    );
  };
  try {
    await Promise.all([
      start('ministack', awsPort, '/_ministack/health', ministackEnvironment(aws, temporary)),
      start('moto', computePort, '/moto-api/', { ...process.env, MOTO_ACCOUNT_ID: ACCOUNT }),
    ]);
  } catch (error) {
    await stop();
    throw error;
  }
  return { aws, compute, logs: servers.map(({ log }) => log), stop };
};

const ministackEnvironment = (proxy: RecordingProxy, temporary: string): NodeJS.ProcessEnv => {
  return {
    ...process.env,
    ...awsEnvironment(proxy.url),
    // Lambda runs the first `node` in PATH: ours, which has the version of the deployed runtime.
    PATH: `${join(REPOSITORY_ROOT, 'node_modules/.bin')}:${process.env['PATH'] ?? ''}`,
    TMPDIR: temporary,
    BIND_HOST: '127.0.0.1',
    MINISTACK_ACCOUNT_ID: ACCOUNT,
    MINISTACK_REGION: REGION,
    AUTH: 'true',
    SFN_WAIT_SCALE: String(WAIT_SCALE),
    IOT_MTLS_ENABLED: '0',
  };
};

const freePort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = z.object({ port: z.number() }).parse(server.address());
  await new Promise((resolve) => server.close(resolve));
  return port;
};
