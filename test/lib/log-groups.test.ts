import { describe, expect, test } from 'vitest';
import { logGroupRefusal } from '../../lambdas/kernel/model/log-groups.ts';
import { templateText } from '../../lib/template-text.ts';
import { synthesize } from '../../lib/synthesize.ts';
import { denialsIn, rightsIn } from './permissions.ts';
import { shippedRules } from './shipped.ts';

const rules = shippedRules();
const [first, ...others] = rules.agents.map((agent, index) => ({
  ...agent,
  logGroups: index === 0 ? ['/app/checkout', '/ecs/*/web'] : ['/aws/lambda/checkout-*'],
}));
const agents = first === undefined ? [] : [first, ...others];
const { template } = synthesize({ ...rules, agents });
const rights = rightsIn(template);
const reading = (action: string) => rights.filter((right) => right.action === action);
const arns = (resource: string): string[] =>
  [JSON.parse(resource)].flat().map((one: unknown) => templateText(one, (name) => `<${name}>`));
const group = (name: string): string => `arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>:log-group:${name}`;

describe('the function that reads logs', () => {
  test.each(['logs:StartQuery', 'logs:GetQueryResults'])(
    'may use %s on the log groups of all agents together, and on no other',
    (action) => {
      expect(reading(action).map(({ role }) => role)).toEqual(['Observe']);
      expect(reading(action).flatMap(({ resource }) => arns(resource))).toEqual(
        ['/app/checkout', '/app/checkout:*', '/aws/lambda/checkout-*', '/ecs/*/web', '/ecs/*/web:*'].map(group),
      );
    },
  );

  test('has no other action on logs without a log group than one that IAM cannot narrow', () => {
    const open = rights.filter(
      ({ action, role, resource }) => /^logs:/.test(action) && role === 'Observe' && resource === '"*"',
    );
    expect(open.map(({ action }) => action)).toEqual(['logs:StopQuery']);
  });

  test('may read none without an agent that reads logs', () => {
    const blind = agents.map((agent) => ({
      ...agent,
      logGroups: [],
      tools: { ...agent.tools, observe: agent.tools.observe.filter((name) => name !== 'query_logs') },
    }));
    const actions = rightsIn(synthesize({ ...rules, agents: blind }).template).map(({ action }) => action);
    expect(actions.filter((action) => /^logs:.*Query/.test(action))).toEqual([]);
  });
});

describe('Checkrein’s own log groups', () => {
  const denials = denialsIn(template);
  const groups = Object.entries(template.Resources).filter(([, { Type }]) => Type === 'AWS::Logs::LogGroup');
  const reads = [
    'FilterLogEvents',
    'GetLogEvents',
    'GetLogGroupFields',
    'GetLogRecord',
    'GetQueryResults',
    'StartLiveTail',
    'StartQuery',
  ];

  test('may be read by no function that reads logs for agents, whatever their patterns allow', () => {
    expect(groups.length).toBeGreaterThan(10);
    for (const role of ['Authorize', 'ChangeZone', 'Observe', 'Verify']) {
      const denied = denials.filter((denial) => denial.role === role && denial.action.startsWith('logs:'));
      expect(denied.map(({ action, conditions }) => [action, conditions])).toEqual(
        reads.map((name) => [`logs:${name}`, {}]),
      );
      for (const { resource } of denied)
        expect(arns(resource).sort()).toEqual(
          [
            ...groups.map(([id]) => group(`<${id}>*`)),
            group('Checkrein*'),
            group('/aws/vendedlogs/states/Checkrein*'),
          ].sort(),
        );
    }
  });

  test('have the names that the kernel knows them by, because CloudFormation names them after the stack', () => {
    const named = groups.filter(([, { Properties }]) => 'LogGroupName' in Properties);
    expect(named.map(([id]) => id.replace(/[0-9A-F]{8}$/, ''))).toEqual(['IncidentFlowLogs']);
    expect(JSON.stringify(named)).toContain('["/aws/vendedlogs/states/",{"Ref":"AWS::StackName"}');
    for (const own of ['Checkrein-StepsOpenLogs1', '/aws/vendedlogs/states/Checkrein-6f1c'])
      for (const agent of rules.agents)
        expect(logGroupRefusal({ ...agent, logGroups: ['*'] }, own)).toMatch(/a log group of Checkrein itself/);
  });
});
