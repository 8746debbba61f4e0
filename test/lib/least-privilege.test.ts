import { MomentKind } from '../../lambdas/contracts/moment.ts';
import { describe, expect, test } from 'vitest';
import { actionOf, AWS, providerOf } from '../../lambdas/contracts/tool.ts';
import { CHANGE_TOOLS, OBSERVE_TOOLS } from '../../lambdas/tools/catalogue.ts';
import { synthesize } from '../../lib/synthesize.ts';
import { managedPoliciesIn, rightsIn, trustOf, whoMay } from './permissions.ts';
import { shippedRules } from './shipped.ts';

const rules = shippedRules();
const { template } = synthesize(rules);
const rights = rightsIn(template);

/** Who may use an action of the ledger on a family, by the partition keys that the right is bound to. */
const whoMayTouch = (action: string, family: string): string[] =>
  whoMay(
    rights.filter(({ conditions }) => JSON.stringify(conditions).includes(`"${family}#*"`)),
    `dynamodb:${action}`,
  );

describe('roles', () => {
  test('no action is a wildcard, and no AWS managed policy is attached', () => {
    expect(rights.filter(({ action }) => action.includes('*'))).toEqual([]);
    expect(managedPoliciesIn(template)).toEqual([]);
  });

  test('actions that change the account are on the change role and nowhere else', () => {
    const granted = CHANGE_TOOLS.filter(
      ({ manifest }) =>
        providerOf(manifest) === AWS && rules.agents.some(({ tools }) => tools.change.includes(manifest.name)),
    );
    const changes = new Set(granted.flatMap(({ manifest }) => manifest.changes.map(actionOf)));
    expect(changes).toContain('ec2:StopInstances');
    for (const action of changes) expect([action, whoMay(rights, action)]).toEqual([action, ['Change']]);
  });

  test('the change role can do nothing but what change tools declare, in its own Region', () => {
    const declared = CHANGE_TOOLS.flatMap(({ manifest }) => manifest.changes.map(actionOf));
    const ofChange = rights.filter(({ role }) => role === 'Change');
    expect(ofChange.length).toBeGreaterThan(0);
    for (const { action, conditions } of ofChange.filter(({ action }) => action !== 'kms:CreateGrant')) {
      expect(declared).toContain(action);
      expect(conditions).toEqual({ StringEquals: { 'aws:RequestedRegion': { Ref: 'AWS::Region' } } });
    }
    // AWS creates the key grant of an encrypted volume on behalf of the role; the role itself cannot.
    for (const { conditions } of ofChange.filter(({ action }) => action === 'kms:CreateGrant'))
      expect(conditions).toEqual({ Bool: { 'kms:GrantIsForAWSResource': 'true' } });
  });

  test('only the change zone may assume the change role', () => {
    expect(whoMay(rights, 'sts:AssumeRole')).toEqual(['ChangeZone']);
    for (const principal of trustOf(template, 'Change')) expect(principal).toMatch(/"StepsChangeZoneRole[0-9A-F]{8}"/);
  });

  test('without a change tool in any agent, nothing in the stack can change anything', () => {
    const agents = rules.agents.map((agent) => ({ ...agent, tools: { ...agent.tools, change: [] } }));
    const readOnly = rightsIn(synthesize({ ...rules, agents }).template);
    expect(readOnly.filter(({ role }) => role === 'Change')).toEqual([]);
    expect(whoMay(readOnly, 'ec2:DescribeInstances')).toEqual(['Observe']);
  });

  test('logs are read on the log groups of the agents, wherever IAM can narrow the action', () => {
    const reads = rights.filter(({ action }) =>
      OBSERVE_TOOLS.some(({ manifest }) => manifest.reads.map(actionOf).includes(action)),
    );
    const onAll = reads.filter(({ action, resource }) => action.startsWith('logs:') && resource === '"*"');
    expect(onAll.map(({ action }) => action)).toEqual(['logs:StopQuery']);
    expect(whoMay(rights, 'logs:StartQuery', /:log-group:\/app\/\*"/)).toEqual(['Observe']);
    expect(whoMay(rights, 'logs:GetQueryResults', /:log-group:\/app\/\*"/)).toEqual(['Observe']);
  });

  test('an agent that reads builds reads their logs in its log groups only, and can neither start nor repeat a build', () => {
    const observe = ['get_build', 'get_build_logs', 'list_builds'];
    const agents = rules.agents.slice(0, 1).map((agent) => ({
      ...agent,
      logGroups: ['/aws/codebuild/checkout-*'],
      tools: { observe, change: [] },
      firstLook: [],
    }));
    const ofBuilds = rightsIn(synthesize({ ...rules, agents }).template).filter(
      ({ role, action }) => role === 'Observe' && /^(?:codebuild|logs:Get)/.test(action),
    );
    expect(ofBuilds.map(({ action }) => action).sort()).toEqual([
      'codebuild:BatchGetBuilds',
      'codebuild:ListBuildsForProject',
      'logs:GetLogEvents',
    ]);
    for (const { resource } of ofBuilds.filter(({ action }) => action === 'logs:GetLogEvents'))
      expect(resource).toMatch(/:log-group:\/aws\/codebuild\/checkout-\*"/);
  });

  test('only reads of granted tools are allowed, and not to Decide or the approval functions', () => {
    const reads = new Set(OBSERVE_TOOLS.flatMap(({ manifest }) => manifest.reads.map(actionOf)));
    // Close asks how the alarms are that had joined the incident, Open which alarms belong together; they read nothing else.
    reads.delete('cloudwatch:DescribeAlarms');
    const ofAlarms = whoMay(rights, 'cloudwatch:DescribeAlarms').filter((role) => !role.startsWith('Rollout'));
    expect(ofAlarms).toEqual(['ChangeZone', 'Close', 'Observe', 'Open', 'Stopped', 'Verify']);
    expect(whoMay(rights, 'ec2:DescribeTags')).toEqual(['Open']);
    const readers = new Set([...reads].flatMap((action) => whoMay(rights, action)));
    // CodeDeploy reads the harness's own alarms during a canary.
    const ofFunctions = [...readers].filter((role) => !role.startsWith('Rollout'));
    expect(ofFunctions.sort()).toEqual(['Authorize', 'ChangeZone', 'Observe', 'Verify']);
  });
});

describe('ledger', () => {
  test('nothing can delete a row, write in bulk, or use SQL', () => {
    const actions = new Set(rights.map(({ action }) => action).filter((action) => action.startsWith('dynamodb:')));
    expect([...actions].sort()).toEqual([
      ...['dynamodb:DescribeStream', 'dynamodb:GetItem', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
      ...['dynamodb:ListStreams', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
    ]);
  });

  test('every right names its families, and refuses a request that names no partition', () => {
    // A right to read the stream is no right to call the table, and has no partition: only Moments has one.
    const ofTable = rights.filter(({ action }) => /^dynamodb:(?!.*(Stream|GetRecords|GetShardIterator))/.test(action));
    for (const { action, conditions } of ofTable) {
      expect([action, conditions['Null']]).toEqual([action, { 'dynamodb:LeadingKeys': 'false' }]);
      expect(conditions['ForAllValues:StringLike']?.['dynamodb:LeadingKeys']).not.toContain('*');
    }
  });

  test('a trace event cannot be edited in place', () => {
    expect(whoMayTouch('UpdateItem', 'incident')).toEqual([]);
  });

  test('only Open and Decide count budgets, only Open counts duplicates', () => {
    expect(whoMayTouch('UpdateItem', 'budget')).toEqual(['Decide', 'Open']);
    expect(whoMayTouch('UpdateItem', 'storm')).toEqual(['Open']);
    expect(whoMayTouch('PutItem', 'budget')).toEqual([]);
  });

  test('only who sends mail counts it; reports that wait are written by closing steps, and read by the digest', () => {
    expect(whoMayTouch('UpdateItem', 'mail')).toEqual(['Ask', 'SendLink']);
    expect(whoMayTouch('UpdateItem', 'digest')).toEqual(['Close', 'Stopped']);
    expect(whoMayTouch('PutItem', 'digest')).toEqual(['Close', 'Digest', 'Stopped']);
    expect(whoMayTouch('PutItem', 'mail')).toEqual([]);
  });

  test('only a closing step writes history, so no agent can tell a later one what happened; only Observe reads it', () => {
    expect(whoMayTouch('PutItem', 'history')).toEqual(['Close', 'Stopped']);
    expect(whoMayTouch('UpdateItem', 'history')).toEqual([]);
    expect(whoMayTouch('Query', 'history')).toEqual(['Close', 'Observe', 'Stopped']);
  });

  test('only Open and the closing steps write which alarm joined an incident', () => {
    expect(whoMayTouch('PutItem', 'storm')).toEqual(['Close', 'Open', 'Stopped']);
  });

  test('only the page counts receipts, so Ask cannot keep one from being sent', () => {
    expect(whoMayTouch('UpdateItem', 'receipt')).toEqual(['Page']);
    expect(whoMayTouch('PutItem', 'receipt')).toEqual([]);
  });

  test('what runs by the clock neither reads nor writes a trace', () => {
    for (const action of ['GetItem', 'Query', 'PutItem'])
      for (const role of ['Digest', 'Subscriptions']) expect(whoMayTouch(action, 'incident')).not.toContain(role);
  });

  test('only SendLink counts the links that are sent on request, and it writes no row of an approval', () => {
    expect(whoMayTouch('UpdateItem', 'link')).toEqual(['SendLink']);
    const writes = rights.filter(({ role, action }) => role === 'SendLink' && action === 'dynamodb:PutItem');
    expect(JSON.stringify(writes.map(({ conditions }) => conditions))).toMatch(/LeadingKeys":\["incident#\*"\]/);
  });

  test('only the change zone redeems grants and records changes', () => {
    expect(whoMayTouch('PutItem', 'grant')).toEqual(['ChangeZone']);
    expect(whoMayTouch('PutItem', 'change')).toEqual(['ChangeZone']);
  });

  test('the change zone reads breakers but cannot write them, so no change can reset its own', () => {
    expect(whoMayTouch('PutItem', 'breaker')).toEqual(['Authorize', 'Close', 'Stopped', 'Verify']);
    expect(whoMayTouch('GetItem', 'breaker')).toContain('ChangeZone');
  });

  test('only Ask and Page write approval requests and their outcomes', () => {
    expect(whoMayTouch('PutItem', 'approval')).toEqual(['Ask', 'Page']);
    expect(whoMayTouch('GetItem', 'approval')).toEqual(['Ask', 'Page', 'SendLink']);
  });

  test('only the approval page writes answers and receipts, so Ask cannot make up an approver', () => {
    for (const action of ['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem'])
      expect([action, whoMayTouch(action, 'answer')]).toEqual([action, action === 'PutItem' ? ['Page'] : []]);
    const onAnyFamily = rights.filter(
      ({ action, conditions }) =>
        /^dynamodb:(Put|Update)Item$/.test(action) && !JSON.stringify(conditions).includes('dynamodb:LeadingKeys'),
    );
    expect(onAnyFamily).toEqual([]);
  });
});

describe('keys', () => {
  test('a function that issues grants cannot redeem them, and one that redeems cannot issue', () => {
    expect(whoMay(rights, 'kms:GenerateMac', /GrantKey/)).toEqual(['Page']);
    expect(whoMay(rights, 'kms:VerifyMac', /GrantKey/)).toEqual(['ChangeZone']);
  });

  test('without a permit to apply unattended there is no key for such grants, and Authorize generates no MAC', () => {
    expect(Object.keys(template.Resources).filter((id) => id.includes('UnattendedKey'))).toEqual([]);
    expect(JSON.stringify(template)).not.toContain('CHECKREIN_UNATTENDED_KEY');
    expect(rights.filter(({ role, action }) => role === 'Authorize' && action.endsWith('Mac'))).toEqual([]);
  });

  test('only Authorize issues grants of policies, under a key of their own, and none in the name of people', () => {
    const grow = `permit (principal, action == Checkrein::Action::"applyUnattended", resource)
when { context.tool == "set_auto_scaling_capacity" };`;
    const unattended = synthesize({ ...rules, policies: { ...rules.policies, grow } }).template;
    const mac = rightsIn(unattended);
    expect(whoMay(mac, 'kms:GenerateMac', /UnattendedKey/)).toEqual(['Authorize']);
    expect(whoMay(mac, 'kms:VerifyMac', /UnattendedKey/)).toEqual(['ChangeZone']);
    expect(whoMay(mac, 'kms:GenerateMac', /GrantKey/)).toEqual(['Page']);
    expect(whoMay(mac, 'kms:VerifyMac', /GrantKey/)).toEqual(['ChangeZone']);
    const keysIn = ({ Resources }: typeof template): string[] =>
      Object.keys(Resources).filter((id) => Resources[id]?.Type === 'AWS::KMS::Key');
    const added = keysIn(unattended).filter((id) => !keysIn(template).includes(id));
    expect(added).toHaveLength(1);
    expect(added[0]).toMatch(/^ApprovalDeskUnattendedKey/);
    expect(keysIn(unattended)).toEqual(expect.arrayContaining(keysIn(template)));
  });

  test('a function that writes approval links cannot answer, and one that answers cannot write links', () => {
    expect(whoMay(rights, 'kms:GenerateMac', /LinkKey/)).toEqual(['Ask', 'SendLink']);
    expect(whoMay(rights, 'kms:VerifyMac', /LinkKey/)).toEqual(['Page']);
  });

  test('the page can have a link sent, and start no other function; whoever sends it can do nothing else', () => {
    expect(whoMay(rights, 'lambda:InvokeFunction', /SendLinkAlias/)).toEqual(['Page']);
    const ofPage = rights.filter(({ role, action }) => role === 'Page' && action.startsWith('lambda:'));
    expect(ofPage.map(({ resource }) => resource)).toEqual([expect.stringMatching(/SendLinkAliaslive/)]);
    const services = rights.filter(({ role }) => role === 'SendLink').map(({ action }) => action.split(':')[0]);
    expect([...new Set(services)].sort()).toEqual(['dynamodb', 'kms', 'logs', 'sns', 'xray']);
    const macs = rights.filter(({ role, action }) => role === 'SendLink' && action.endsWith('Mac'));
    expect(macs.map(({ action }) => action)).toEqual(['kms:GenerateMac']);
  });

  test('only a closing step seals a trace', () => {
    expect(whoMay(rights, 'kms:Sign')).toEqual(['Close', 'Stopped']);
  });

  test('only Decide can read the model’s API key', () => {
    expect(whoMay(rights, 'secretsmanager:GetSecretValue')).toEqual(['Decide']);
  });

  test('no function can change the kill switch', () => {
    const actions = new Set(rights.map(({ action }) => action).filter((action) => action.startsWith('ssm:')));
    expect([...actions]).toEqual(['ssm:GetParameter']);
    expect(whoMay(rights, 'ssm:GetParameter')).toEqual(['Authorize', 'ChangeZone', 'Open', 'Page']);
  });

  test('functions that check the change calendar read the named calendars, and no other', () => {
    const changeCalendars = ['sale', 'arn:aws:ssm:eu-west-1:111122223333:document/org'];
    const named = rightsIn(synthesize({ ...rules, settings: { ...rules.settings, changeCalendars } }).template);
    expect(whoMay(named, 'ssm:GetCalendarState', /document\/sale/)).toEqual(['Authorize', 'ChangeZone', 'Page']);
    expect(whoMay(named, 'ssm:GetCalendarState', /:111122223333:document\/org/)).toEqual([
      'Authorize',
      'ChangeZone',
      'Page',
    ]);
    expect(rights.filter(({ action }) => action === 'ssm:GetCalendarState')).toEqual([]);
  });

  test('reports and approval requests go to topics of their own, and each function can send to one', () => {
    expect(whoMay(rights, 'sns:Publish', /ApprovalDeskTopic/)).toEqual(['Ask', 'Page', 'SendLink']);
    expect(whoMay(rights, 'sns:Publish', /ApprovalDeskReports/)).toEqual(['Close', 'Digest', 'Stopped']);
    expect(whoMay(rights, 'sns:ListSubscriptionsByTopic')).toEqual(['Subscriptions']);
  });

  test('only Moments, Close and Stopped put events on the bus, each of one source and of types that are listed', () => {
    const puts = rights.filter(({ action }) => action === 'events:PutEvents');
    const only = (source: string, ...types: readonly string[]) => ({
      'ForAllValues:StringEquals': { 'events:source': [source], 'events:detail-type': types },
      Null: { 'events:source': 'false', 'events:detail-type': 'false' },
    });
    expect(Object.fromEntries(puts.map(({ role, conditions }) => [role, conditions]))).toEqual({
      Moments: only('checkrein', ...MomentKind.options, 'approval.waiting', 'moment.lost'),
      Close: only('checkrein.follow-up', 'follow-up.due'),
      Stopped: only('checkrein.follow-up', 'follow-up.due'),
    });
  });

  test('Moments reads traces and the stream of the ledger, and can write nothing there', () => {
    const own = rights.filter(({ role, action }) => role === 'Moments' && /^(dynamodb|kms):/.test(action));
    expect(own.map(({ action }) => action).toSorted()).toEqual([
      'dynamodb:DescribeStream',
      'dynamodb:GetItem',
      'dynamodb:GetRecords',
      'dynamodb:GetShardIterator',
      'dynamodb:ListStreams',
      'dynamodb:Query',
      'kms:Decrypt',
      'kms:DescribeKey',
    ]);
    expect(whoMay(rights, 'dynamodb:GetRecords')).toEqual(['Moments']);
  });

  test('only Ask and Page can resume an execution that waits for approval, and only of this flow', () => {
    expect(whoMay(rights, 'states:SendTaskSuccess')).toEqual(['Ask', 'Page']);
    expect(whoMay(rights, 'states:SendTaskSuccess', /^\{"Ref":"IncidentFlowStateMachine/)).toEqual(['Ask', 'Page']);
  });
});
