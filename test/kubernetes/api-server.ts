import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { createWriteStream, existsSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cloud } from '../../lambdas/contracts/ports.ts';
import { E2eFailure } from '../e2e/failure.ts';
import { startProcess, tailOf } from '../e2e/process.ts';
import { pollUntil, timedStep } from '../e2e/progress.ts';
import { apiServerBinary, etcdBinary } from './binary.ts';
import type { ClusterEndpoint } from '../../lambdas/providers/kubernetes/client.ts';
import { cloudOf, isReady, versionOf } from './client.ts';
import { RUN_FOLDER } from './paths.ts';
import { freePort, startTokenWebhook, type ClusterUser } from './token-webhook.ts';

/** A real API server on this machine. No controller runs: a test sets the status of objects itself. */
export interface ApiServer {
  readonly url: string;
  /** May do everything. */
  readonly admin: Cloud;
  /** A client of any user. */
  as(user: ClusterUser): Cloud;
  /** What any user is told of its version. */
  version(user: ClusterUser): Promise<unknown>;
}

interface Stoppable {
  stop(): Promise<void>;
}

const FILES = {
  tokens: join(RUN_FOLDER, 'tokens.csv'),
  key: join(RUN_FOLDER, 'service-account.pem'),
  webhook: join(RUN_FOLDER, 'webhook.yaml'),
  certificates: join(RUN_FOLDER, 'certificates'),
  etcd: join(RUN_FOLDER, 'etcd'),
  log: join(RUN_FOLDER, 'kube-apiserver.log'),
} as const;

/** Starts etcd and an API server. What was started is handed to `stopAtEnd`, also when a later part fails to start. */
export const startApiServer = async (stopAtEnd: (one: Stoppable) => void): Promise<ApiServer> => {
  const etcdCommand = etcdBinary();
  rmSync(RUN_FOLDER, { recursive: true, force: true });
  mkdirSync(RUN_FOLDER, { recursive: true });
  const binary = await apiServerBinary();
  const webhook = await startTokenWebhook();
  stopAtEnd(webhook);
  const adminToken = randomUUID();
  writeFiles(webhook.url, adminToken);
  const etcdUrl = await timedStep('etcd', () => startEtcd(etcdCommand, stopAtEnd));
  const endpoint = await timedStep('kube-apiserver', () => startServer(binary, etcdUrl, adminToken, stopAtEnd));
  return {
    url: endpoint.endpoint,
    admin: cloudOf(endpoint, adminToken),
    as: (user) => cloudOf(endpoint, webhook.tokenOf(user)),
    version: (user) => versionOf(endpoint, webhook.tokenOf(user)),
  };
};

const writeFiles = (webhookUrl: string, adminToken: string): void => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  writeFileSync(FILES.key, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  writeFileSync(FILES.tokens, `${adminToken},admin,admin,system:masters\n`);
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'webhook', cluster: { server: webhookUrl } }],
    users: [{ name: 'server', user: {} }],
    contexts: [{ name: 'webhook', context: { cluster: 'webhook', user: 'server' } }],
    'current-context': 'webhook',
  };
  writeFileSync(FILES.webhook, JSON.stringify(config));
};

const startEtcd = async (command: string, stopAtEnd: (one: Stoppable) => void): Promise<string> => {
  const url = `http://127.0.0.1:${await freePort()}`;
  const peers = `http://127.0.0.1:${await freePort()}`;
  const args = ['--data-dir', FILES.etcd, '--listen-client-urls', url, '--advertise-client-urls', url];
  const ofPeers = ['--listen-peer-urls', peers, '--initial-advertise-peer-urls', peers];
  const initial = ['--initial-cluster', `default=${peers}`, '--unsafe-no-fsync'];
  const options = { log: join(RUN_FOLDER, 'etcd.log'), url: `${url}/health`, env: process.env };
  stopAtEnd(await startProcess(command, [...args, ...ofPeers, ...initial], options));
  return url;
};

const argumentsOf = (port: number, etcdUrl: string): string[] => [
  `--etcd-servers=${etcdUrl}`,
  `--secure-port=${port}`,
  '--bind-address=127.0.0.1',
  `--cert-dir=${FILES.certificates}`,
  `--service-account-key-file=${FILES.key}`,
  `--service-account-signing-key-file=${FILES.key}`,
  '--service-account-issuer=https://kubernetes.default.svc',
  '--service-cluster-ip-range=10.0.0.0/24',
  '--authorization-mode=RBAC',
  `--token-auth-file=${FILES.tokens}`,
  `--authentication-token-webhook-config-file=${FILES.webhook}`,
  '--authentication-token-webhook-version=v1',
  '--disable-admission-plugins=ServiceAccount',
  '--kubelet-preferred-address-types=InternalIP',
];

const startServer = async (
  binary: string,
  etcdUrl: string,
  adminToken: string,
  stopAtEnd: (one: Stoppable) => void,
): Promise<ClusterEndpoint> => {
  const port = await freePort();
  const child = spawn(binary, argumentsOf(port, etcdUrl), { stdio: ['ignore', 'pipe', 'pipe'] });
  const log = createWriteStream(FILES.log);
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  stopAtEnd({
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await Promise.race([ended, sleep(5_000, undefined, { ref: false }).then(() => child.kill('SIGKILL'))]);
      await ended;
    },
  });
  return pollUntil('the API server to be ready', async () => {
    if (child.exitCode !== null)
      throw new E2eFailure(`kube-apiserver ended at once.\n${tailOf(FILES.log)}`, `See ${FILES.log}.`);
    const certificate = join(FILES.certificates, 'apiserver.crt');
    if (!existsSync(certificate)) return undefined;
    const endpoint = {
      endpoint: `https://127.0.0.1:${port}`,
      certificateAuthority: readFileSync(certificate, 'utf8'),
    };
    const ready = await isReady(endpoint, adminToken).catch(() => false);
    return ready ? endpoint : undefined;
  });
};
