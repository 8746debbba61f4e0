/** A unit price. List price of US East (N. Virginia) in US dollars, without free tiers and discounts. */
interface UnitPrice {
  readonly what: string;
  readonly usd: number;
  readonly per: number;
  readonly unit: string;
  /** Not checked against a price list. */
  readonly assumed?: true;
}

/** Date of the prices below. */
export const PRICED = '2026-11';

/** Billed by use. */
export const PRICES = {
  transition: { what: 'Step Functions Standard', usd: 0.025, per: 1000, unit: 'state transitions' },
  invocation: { what: 'Lambda requests', usd: 0.2, per: 1_000_000, unit: 'requests' },
  gigabyteSecond: { what: 'Lambda, arm64', usd: 0.0000133334, per: 1, unit: 'GB-second' },
  write: { what: 'DynamoDB on demand, writes', usd: 0.625, per: 1_000_000, unit: 'write units' },
  read: { what: 'DynamoDB on demand, reads', usd: 0.125, per: 1_000_000, unit: 'read units' },
  storage: { what: 'DynamoDB storage', usd: 0.25, per: 1, unit: 'GB-month', assumed: true },
  backup: { what: 'DynamoDB point-in-time recovery', usd: 0.2, per: 1, unit: 'GB-month', assumed: true },
  mac: { what: 'KMS, HMAC and symmetric', usd: 0.03, per: 10_000, unit: 'requests' },
  signature: { what: 'KMS, asymmetric', usd: 0.15, per: 10_000, unit: 'requests' },
  busEvent: { what: 'EventBridge, own events', usd: 1, per: 1_000_000, unit: 'events' },
  email: { what: 'SNS e-mail', usd: 2, per: 100_000, unit: 'messages', assumed: true },
  metricRead: { what: 'CloudWatch API', usd: 0.01, per: 1000, unit: 'metrics or requests', assumed: true },
  log: { what: 'CloudWatch Logs', usd: 0.5, per: 1, unit: 'GB taken in', assumed: true },
  tracing: { what: 'X-Ray', usd: 5, per: 1_000_000, unit: 'traces', assumed: true },
} as const satisfies Record<string, UnitPrice>;
export type Priced = keyof typeof PRICES;

/** Billed by the month, by resource type. An alarm is billed by the metrics that it reads. */
export const MONTHLY: Readonly<Record<string, number>> = {
  'AWS::KMS::Key': 1,
  'AWS::SecretsManager::Secret': 0.4,
  'AWS::CloudWatch::Alarm': 0.1,
  'AWS::CloudWatch::CompositeAlarm': 0.5,
  'AWS::CloudWatch::Dashboard': 3,
};

/** The cost of a quantity. */
export const listPriceOf = (priced: Priced, quantity: number): number =>
  (quantity * PRICES[priced].usd) / PRICES[priced].per;
