import { join } from 'node:path';

/** The root of the repository. */
export const REPOSITORY_ROOT = join(import.meta.dirname, '../..');
/** Files of a run: Python environment, logs. Not committed. */
export const RUN_FOLDER = join(REPOSITORY_ROOT, '.checkrein/e2e');

export const ACCOUNT = '123456789012';
export const REGION = 'eu-west-1';

/** Root of the emulated account: MiniStack uses the access key id as the account id, and checks the signature. */
export const CREDENTIALS = { accessKeyId: ACCOUNT, secretAccessKey: 'no-secret-at-all' } as const;

/** Environment variables with Region, credentials and endpoint of the emulated account. */
export const awsEnvironment = (endpoint: string): NodeJS.ProcessEnv => ({
  AWS_REGION: REGION,
  // pip installs version 1 of the AWS CLI, which reads the Region only from this variable.
  AWS_DEFAULT_REGION: REGION,
  AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
  AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
  AWS_ENDPOINT_URL: endpoint,
  AWS_ENDPOINT_URL_S3: endpoint,
});
