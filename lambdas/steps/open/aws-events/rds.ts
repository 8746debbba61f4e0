import * as z from 'zod';
import { consolePage } from './console-page.ts';
import { eventType, type EventType } from './event-type.ts';

const Detail = z.looseObject({
  SourceIdentifier: z.string().min(1),
  SourceArn: z.string().optional(),
  EventID: z.string().default(''),
  EventCategories: z.array(z.string()).default([]),
  Message: z.string().default(''),
});

const rds = (type: string, isCluster: 'true' | 'false' | undefined): EventType =>
  eventType('aws.rds', [type], Detail, ({ SourceIdentifier, SourceArn, EventID, EventCategories, Message }, event) => ({
    title: `${SourceIdentifier}: ${EventCategories.join(', ') || type}${EventID === '' ? '' : ` (${EventID})`}`,
    cause: Message,
    link: consolePage(
      event.region,
    )`rds/home?region=${event.region}#database:id=${SourceIdentifier};is-cluster=${isCluster}`,
    key: ['rds', SourceArn ?? SourceIdentifier, EventID, EventID === '' ? Message : ''],
  }));

/**
 * What RDS says of a database, a cluster, and what belongs to them. The same kind of event of the same database is one subject.
 */
export const RDS: readonly EventType[] = [
  rds('RDS DB Instance Event', 'false'),
  rds('RDS DB Cluster Event', 'true'),
  ...['RDS DB Parameter Group Event', 'RDS DB Security Group Event', 'RDS DB Snapshot Event'].map((type) =>
    rds(type, undefined),
  ),
  ...['RDS DB Cluster Snapshot Event', 'RDS DB Proxy Event', 'RDS Blue Green Deployment Event'].map((type) =>
    rds(type, undefined),
  ),
];
