import { expect, test } from 'vitest';
import { alarmLink, consoleLink } from '../../../../lambdas/kernel/trace/console-link.ts';
import { subjectFor } from '../../../fixtures/subjects.ts';
import { BUILD_FAILURE } from '../../../fixtures/told-subjects.ts';

test.each([
  'http://console.aws.amazon.com/',
  'https://evil.example/',
  'https://console.aws.amazon.com.evil.example/',
  'https://console.aws.amazon.com@evil.example/',
  'https://evil.example/console.aws.amazon.com/',
  'https://evilconsole.aws.amazon.com.example/',
  'https://my-alias.signin.aws.amazon.com/console',
  'https://xconsole.aws.amazon.com/',
  'https://console.aws.amazon.com',
  'https://console.aws.amazon.com/"><script>',
  'https://console.aws.amazon.com/\nhttps://evil.example/',
  'https://console.aws.amazon.com/\u202E',
  `https://console.aws.amazon.com/${'x'.repeat(3000)}`,
  'javascript:alert(1)//console.aws.amazon.com/',
  '',
])('a recorded link that leads anywhere but to a console of AWS is no link: %j', (link) => {
  expect(consoleLink(link)).toBeNull();
  expect(subjectFor({ ...BUILD_FAILURE, link }).link).toBeNull();
});

test.each([
  'https://console.aws.amazon.com/codesuite/codebuild/projects',
  'https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#logsV2:log-groups/log-group/$252Fapp',
  'https://health.aws.amazon.com/health/home#/account/dashboard/open-issues',
])('a page of an AWS console stays a link: %j', (link) => {
  expect(consoleLink(link)).toBe(link);
});

test('an alarm of any name that CloudWatch takes has a link to itself, and a longer name one to the list', () => {
  const longest = alarmLink({ name: '警'.repeat(255), region: 'eu-west-1' });
  expect(longest).toMatch(/#alarmsV2:alarm\/(%E8%AD%A6){255}$/);
  expect(alarmLink({ name: `a "b" <c> \uD800`, region: 'eu-west-1' })).toMatch(/alarm\/a%20%22b%22%20%3Cc%3E%20/);
  expect(alarmLink({ name: 'x'.repeat(256), region: 'us-gov-west-1' })).toMatch(/#alarmsV2:$/);
});
