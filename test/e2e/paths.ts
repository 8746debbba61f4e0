import { join } from 'node:path';

/** The repository. */
export const REPOSITORY_ROOT = join(import.meta.dirname, '../..');
/** Where a run keeps what it needs and what it finds; nothing of it is committed. */
export const RUN_FOLDER = join(REPOSITORY_ROOT, '.checkrein/e2e');

export const ACCOUNT = '123456789012';
export const REGION = 'eu-west-1';

/** Root of the emulated account: MiniStack takes the account for the key id, and checks the signature. */
export const CREDENTIALS = { accessKeyId: ACCOUNT, secretAccessKey: 'no-secret-at-all' } as const;

/** The same for a process: the account, its root, and where AWS is. */
export const awsEnvironment = (endpoint: string): NodeJS.ProcessEnv => ({
  AWS_REGION: REGION,
  // Version 1 of the AWS CLI, which is the one that pip installs, knows the Region by this name only.
  AWS_DEFAULT_REGION: REGION,
  AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
  AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
  AWS_ENDPOINT_URL: endpoint,
  AWS_ENDPOINT_URL_S3: endpoint,
});
