import * as z from 'zod';
import { eventType } from './event-type.ts';

const Finding = z.looseObject({
  Id: z.string().min(1),
  Title: z.string().default(''),
  Description: z.string().default(''),
  Severity: z.looseObject({ Label: z.string().optional() }).optional(),
});

/**
 * One or more findings: AWS sends imported ones one at a time, a custom action sends those that a person chose. An update of a
 * finding has its id. The console addresses a finding by a search and not by its id, so there is no link.
 */
export const SECURITY_HUB = eventType(
  'aws.securityhub',
  ['Security Hub Findings - Imported', 'Security Hub Findings - Custom Action'],
  z.looseObject({ findings: z.array(Finding).min(1) }),
  ({ findings }) => {
    const [first] = findings;
    const more = findings.length === 1 ? '' : ` and ${findings.length - 1} more`;
    const severity = first?.Severity?.Label;
    return {
      title: `${first?.Title || first?.Id || ''}${severity === undefined ? '' : ` (${severity})`}${more}`,
      cause: findings
        .map(({ Description }) => Description)
        .filter((text) => text !== '')
        .join('\n'),
      link: null,
      key: ['findings', ...findings.map(({ Id }) => Id).toSorted()],
    };
  },
);
