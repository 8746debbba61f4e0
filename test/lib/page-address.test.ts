import { expect, test } from 'vitest';
import { type ApprovalPage } from '../../lambdas/contracts/approval-page.ts';
import { Settings, type SettingsInput } from '../../lambdas/contracts/settings.ts';
import { synthesize, type Template } from '../../lib/synthesize.ts';
import { ALB_IDENTITY, JWT_IDENTITY, pageBehind } from '../fixtures/signed-tokens.ts';
import { shippedRules } from './shipped.ts';

const rules = shippedRules();
const ofType = (type: string, { Resources }: Template) => Object.values(Resources).filter((one) => one.Type === type);
const withPage = (approvalPage?: ApprovalPage) =>
  synthesize({ ...rules, settings: { ...rules.settings, ...(approvalPage && { approvalPage }) } }).template;
/** What Ask and Moments are told, which must be the same. */
const pageUrls = (template: Template) =>
  new Set(
    ofType('AWS::Lambda::Function', template).flatMap(
      ({ Properties }) => /"CHECKREIN_PAGE_URL":("[^"]*"|\{[^}]*\})/.exec(JSON.stringify(Properties))?.[1] ?? [],
    ),
  );
const distributionArn = 'arn:aws:cloudfront::123456789012:distribution/E1ABCDEFGHIJKL';

test('without the setting, links lead to the URL that Lambda gives the page', () => {
  const template = withPage();
  expect([...pageUrls(template)]).toEqual([expect.stringContaining('FunctionUrl')]);
  expect(JSON.stringify(template)).not.toContain('ApprovalPageOrigin');
});

test('links lead to the address of the team, and an output says what its proxy forwards to', () => {
  const template = withPage(pageBehind(JWT_IDENTITY));
  expect([...pageUrls(template)]).toEqual(['"https://approve.example.com/"']);
  expect(JSON.stringify(template)).toMatch(/: ApprovalPageOrigin"/);
});

test.each([JWT_IDENTITY, ALB_IDENTITY, { kind: 'none' } as const])(
  'with $kind, the page is reached without a signature of IAM, and checks by itself',
  (identity) => {
    expect(ofType('AWS::Lambda::Url', withPage(pageBehind(identity)))).toMatchObject([
      { Properties: { AuthType: 'NONE' } },
    ]);
  },
);

test('with iam, Lambda refuses whatever the one distribution did not sign', () => {
  const template = withPage(pageBehind({ kind: 'iam', distributionArn }));
  expect(ofType('AWS::Lambda::Url', template)).toMatchObject([{ Properties: { AuthType: 'AWS_IAM' } }]);
  const permissions = ofType('AWS::Lambda::Permission', template).map(({ Properties }) => Properties);
  expect(permissions.filter(({ Principal }) => Principal === '*')).toEqual([]);
  const ofDistribution = permissions.filter(({ Principal }) => Principal === 'cloudfront.amazonaws.com');
  expect(ofDistribution).toMatchObject([
    { Action: 'lambda:InvokeFunctionUrl', SourceArn: distributionArn, FunctionUrlAuthType: 'AWS_IAM' },
    { Action: 'lambda:InvokeFunction', SourceArn: distributionArn, InvokedViaFunctionUrl: true },
  ]);
});

const problemOf = (approvalPage: unknown): string => {
  const approvers = [{ email: 'ana@example.com', name: 'Ana', roles: ['sre'] }];
  const parsed = Settings.safeParse({ approvers, approvalPage } satisfies Record<
    keyof Pick<SettingsInput, 'approvers' | 'approvalPage'>,
    unknown
  >);
  return parsed.success ? '' : parsed.error.message;
};

test('the setting parses to itself', () => {
  const page = pageBehind(JWT_IDENTITY);
  const settings = { approvers: [{ email: 'ana@example.com', name: 'Ana', roles: ['sre'] }], approvalPage: page };
  expect(Settings.parse(Settings.parse(settings)).approvalPage).toEqual(page);
});

test.each([
  ['an address without TLS', { ...pageBehind({ kind: 'none' }), url: 'http://approve.example.com' }, 'url'],
  [
    'an address with a query',
    { ...pageBehind({ kind: 'none' }), url: 'https://approve.example.com/?x=1' },
    'https address without user',
  ],
  [
    'an address with a password',
    { ...pageBehind({ kind: 'none' }), url: 'https://a:b@approve.example.com' },
    'https address without user',
  ],
  ['no identity', { url: 'https://approve.example.com' }, "'jwt', 'alb', 'iam' or 'none'"],
  [
    'another identity',
    { url: 'https://approve.example.com', identity: { kind: 'basic' } },
    "'jwt', 'alb', 'iam' or 'none'",
  ],
  ['keys without TLS', pageBehind({ ...JWT_IDENTITY, jwksUrl: 'http://team.example.com/keys' }), 'jwksUrl'],
  [
    'a load balancer by its name',
    pageBehind({ ...ALB_IDENTITY, loadBalancerArn: 'sso' }),
    'an ARN like arn:aws:elasticloadbalancing',
  ],
  [
    'every distribution',
    pageBehind({ kind: 'iam', distributionArn: 'arn:aws:cloudfront::123456789012:distribution/*' }),
    'an ARN like arn:aws:cloudfront',
  ],
])('%s is refused in words', (_what, approvalPage, expected) => {
  expect(problemOf(approvalPage)).toContain(expected);
});
