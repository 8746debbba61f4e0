import { NotifierSettings } from '../../lambdas/contracts/notifiers.ts';
import { code, codes, markdownPage, table } from './markdown.ts';

const ARN = 'arn:aws:sns:eu-west-1:123456789012:moments';

/** The shortest settings of each kind. */
const SHORTEST: readonly object[] = [
  { name: 'ops', kind: 'slack', secret: 'checkrein/slack' },
  { name: 'portal', kind: 'webhook', url: 'https://portal.example.com/hooks/checkrein', secret: 'checkrein/portal' },
  { name: 'pager', kind: 'pagerduty', secret: 'checkrein/pagerduty' },
  { name: 'team', kind: 'chat', topicArn: ARN },
  { name: 'bus', kind: 'topic', topicArn: ARN },
];

/** The kinds of notifiers: what each needs in settings, and what it hears of by default. */
export const notifiersPage = (): string =>
  markdownPage('Notifiers', 'lambdas/contracts/notifiers.ts', [
    'How each is set up is in [notifiers](../notifiers.md).',
    table(
      ['kind', 'the shortest settings', '`moments` by default'],
      SHORTEST.map((shortest) => {
        const { kind, moments } = NotifierSettings.parse(shortest);
        return [code(kind), code(JSON.stringify(shortest)), codes(moments)];
      }),
    ),
  ]);
