import * as z from 'zod';
import { globalPage } from './console-page.ts';
import { eventType } from './event-type.ts';

const Cause = z.looseObject({
  service: z.string().optional(),
  region: z.string().optional(),
  linkedAccount: z.string().optional(),
  usageType: z.string().optional(),
});
const Detail = z.looseObject({
  anomalyId: z.string().min(1),
  dimensionValue: z.string().default(''),
  impact: z
    .looseObject({ totalImpact: z.number().optional(), totalImpactPercentage: z.number().optional() })
    .optional(),
  rootCauses: z.array(Cause).default([]),
});

/** Spending that is unusual. Cost Anomaly Detection sends an anomaly again, with its id, while it goes on. */
export const COST_ANOMALY = eventType(
  'aws.ce',
  ['Anomaly Detected'],
  Detail,
  ({ anomalyId, dimensionValue, impact, rootCauses }, { resources }) => {
    const monitor = /:anomalymonitor\/([^/]+)$/.exec(resources[0] ?? '')?.[1];
    const dollars = impact?.totalImpact;
    return {
      title: `Unusual spending${dimensionValue === '' ? '' : ` on ${dimensionValue}`}${dollars === undefined ? '' : `: $${dollars} above the expected`}`,
      cause: rootCauses
        .map(({ service, region, linkedAccount, usageType }) =>
          [service, usageType, region, linkedAccount].filter((text) => text !== undefined && text !== '').join(', '),
        )
        .join('\n'),
      link: globalPage`console.aws.amazon.com/cost-management/home#/anomaly-detection/monitors/${monitor}/anomalies/${anomalyId}`,
      key: ['anomaly', anomalyId],
    };
  },
);
