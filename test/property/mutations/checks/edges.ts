import { checksIn, testsOf } from './shorthand.ts';

const session = testsOf('adapters/aws/change-credentials');
const sessionPolicy = testsOf('adapters/aws/session-policy');
const cloud = testsOf('adapters/aws/cloud');
const events = testsOf('adapters/aws/ledger-trace');
const rows = testsOf('adapters/aws/ledger-rows');
const served = testsOf('serve');

/** Where the kernel rests on AWS, and where AWS calls us. */
export const EDGES = [
  ...checksIn('adapters/aws/assume-role', {
    name: 'session/policy',
    holds: 'a role is taken with a session policy',
    find: 'Policy: order.policy,',
    replace: '',
    test: session('the change is made under the session that STS gave, named after the incident'),
  }),
  ...checksIn('adapters/aws/change-credentials', {
    name: 'session/place',
    holds: 'a change never reaches a target of another account than that of the incident',
    find: "if (scope.targetArn.split(':')[4] !== account)",
    replace: 'if (false)',
    test: testsOf('adapters/aws/member-accounts')(
      'a change in a member account > never reaches a target of a member, for an alarm of the hub',
    ),
  }),
  ...checksIn(
    'adapters/aws/session-policy',
    {
      name: 'session/target',
      holds: 'a session reaches one target',
      find: "...statement(actions(calls, 'target'), targetArn),",
      replace: "...statement(actions(calls, 'target'), '*'),",
      test: sessionPolicy('a session may make only its calls, and only on its target where IAM can narrow them'),
    },
    {
      name: 'session/no-pattern',
      holds: 'a target that IAM would read as a pattern is refused',
      find: "if (!/^arn:[^:]+:[^*?]+$/.test(targetArn) || targetArn.includes('${'))",
      replace: 'if (false)',
      test: sessionPolicy('the target "*", which is not one resource, is refused'),
    },
    {
      name: 'session/not-empty',
      holds: 'a session without calls is not asked for',
      find: 'if (statements.length === 0) throw',
      replace: 'if (false) throw',
      test: sessionPolicy('a scope without calls is refused, since STS would take it for the whole role'),
    },
  ),
  ...checksIn('adapters/aws/change-credentials', {
    name: 'session/one-attempt',
    holds: 'a change that got no answer is not sent again by the SDK',
    find: 'maxAttempts: 1',
    replace: '',
    test: session('a change that got no answer is not sent again'),
  }),
  ...checksIn('adapters/aws/cloud', {
    name: 'cloud/manifest',
    kind: 'allowlist',
    holds: 'a call that the manifest does not list never leaves',
    find: 'calls.find((one) => one.service === service && one.command === command);',
    replace:
      "calls.find((one) => one.service === service && one.command === command) ?? { service, command, scope: 'any' as const };",
    test: cloud('a call that the manifest does not list never leaves'),
  }),
  ...checksIn('adapters/aws/kms', {
    name: 'kms/verify',
    kind: 'grant',
    holds: 'a MAC that KMS calls invalid is not valid',
    find: 'if (error instanceof KMSInvalidMacException) return false;',
    replace: 'if (error instanceof KMSInvalidMacException) return true;',
    test: testsOf('adapters/aws/kms')('a forged MAC does not verify, and is no failure'),
  }),
  ...checksIn('adapters/aws/switch', {
    name: 'switch/unreadable',
    kind: 'switch',
    holds: 'a switch that cannot be read is off',
    find: "return 'off';",
    replace: "return 'on';",
    test: testsOf('adapters/aws/switch')('a switch that may not be read is off, and somebody is told why'),
  }),
  ...checksIn('adapters/aws/calendar', {
    name: 'calendar/unreadable',
    kind: 'calendar',
    holds: 'a calendar that cannot be read is closed',
    find: 'return `${calendars} unreadable (${reason}), which counts as closed.`;',
    replace: 'return reason === undefined ? undefined : undefined;',
    test: testsOf('adapters/aws/calendar')('a calendar that may not be read is a freeze, and somebody is told why'),
  }),
  ...checksIn(
    'adapters/aws/ledger',
    {
      name: 'ledger/append',
      kind: 'trace',
      holds: 'an event is never overwritten',
      find: "table.put(item, { ConditionExpression: 'attribute_not_exists(pk)' })",
      replace: 'table.put(item, {})',
      test: events('of fifty writers at one place in a trace exactly one wins'),
    },
    {
      name: 'ledger/corrupt',
      kind: 'trace',
      holds: 'an event that is none stops the reader',
      find: "if (!isTraceEvent(event)) throw corrupt('the stored line is not a trace event');",
      replace: '',
      test: events('a corrupt event stops the reader and is named'),
    },
    {
      name: 'ledger/moved',
      kind: 'trace',
      holds: 'an event that was copied elsewhere stops the reader',
      find: 'if (event.incident !== incidentId || position(event.seq) !== sk)',
      replace: 'if (false)',
      test: events('an event that was copied to another place or incident is corrupt'),
    },
  ),
  ...checksIn(
    'adapters/aws/ledger-rows',
    {
      name: 'ledger/create-once',
      kind: 'grant',
      holds: 'a row, such as that of a redeemed grant, is created once',
      find: "if (await table.put(item, { ConditionExpression: 'attribute_not_exists(pk)' }))",
      replace: 'if (await table.put(item, {}))',
      test: rows('of fifty creators one creates, and the others are shown its row'),
    },
    {
      name: 'ledger/replace-seen',
      kind: 'lease',
      holds: 'a row, such as a lease, is replaced only by who saw it as it is',
      find: `        ConditionExpression: 'rowVersion = :version',
        ExpressionAttributeValues: { ':version': { N: String(version) } },`,
      replace: '',
      test: rows('a row is replaced only by whoever saw its present version'),
    },
  ),
  ...checksIn('adapters/aws/ledger-counters', {
    name: 'ledger/ceiling',
    kind: 'budget',
    holds: 'a counter, such as the money of a day, does not pass its ceiling',
    find: ', ...counters.flatMap(roomFor)]',
    replace: ']',
    test: rows('a counter may reach its ceiling and not pass it'),
  }),
  ...checksIn('step', {
    name: 'step/input',
    kind: 'schema',
    holds: 'a step reads nothing but the state document that it knows',
    find: 'if (!input.success)',
    replace: 'if (!input.success && raw === undefined)',
    test: served('a function > refuses what its step cannot read, under the name that the state machine knows'),
  }),
  ...checksIn('serve', {
    name: 'serve/logs',
    holds: 'an event, which may hold a task token, is never logged',
    find: 'logger.error(`${name} failed`, { ...known,',
    replace: 'logger.error(`${name} failed`, { ...known, event,',
    test: served(
      'a function > logs an error with its code and advice, and never the event, which may hold a task token',
    ),
  }),
];
