import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';

/** Temporary AWS credentials. Without them a client uses the function's role. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** Connection settings of an SDK client. */
export interface Connection {
  readonly region?: string;
  readonly credentials?: Credentials;
  readonly maxAttempts?: number;
  /** (In tests) a server in place of AWS. */
  readonly endpoint?: string;
  /** Limits of one attempt, or (in tests) a handler that answers instead of AWS. */
  readonly requestHandler?: NonNullable<DynamoDBClientConfig['requestHandler']>;
}

/**
 * By default the SDK waits forever for a response, which a Lambda function must not. Three attempts of at most five
 * seconds, with backoff between them, end within 17 seconds. That is below the timeout of every step, so a step
 * always has time left to report the error.
 */
export const CONNECTION = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
} as const satisfies Connection;
