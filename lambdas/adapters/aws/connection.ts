import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';

/** Temporary AWS credentials. Without them a client uses the function's own role. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** How a client talks to AWS. The same few fields for every service. */
export interface Connection {
  readonly region?: string;
  readonly credentials?: Credentials;
  readonly maxAttempts?: number;
  /** (In tests) a server that stands where AWS is. */
  readonly endpoint?: string;
  /** Limits of one attempt, or (in tests) a handler that answers instead of AWS. */
  readonly requestHandler?: NonNullable<DynamoDBClientConfig['requestHandler']>;
}

/**
 * The SDK by default waits forever for an answer, which a Lambda must not. Three attempts of at most five
 * seconds, with back-off between them, end within 17 seconds: below the time-out of every step, so a step
 * always lives to say what went wrong.
 */
export const CONNECTION = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
} as const satisfies Connection;
