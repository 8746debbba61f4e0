import { expect, test } from 'vitest';
import { installedFrom } from '../../../lib/own-tools/load.ts';
import { synthesize } from '../../../lib/synthesize.ts';
import { rightsIn, whoMay, type Right } from '../permissions.ts';
import { shippedRules } from '../shipped.ts';
import { toolsWith } from './folder.ts';

const rules = shippedRules();

/** The rights of a stack with the good own tools, of which one agent is granted these. */
const rightsWith = (observe: readonly string[], change: readonly string[]): Right[] => {
  const { installed } = installedFrom(toolsWith({}));
  const [first, ...others] = rules.agents;
  const agents =
    first === undefined
      ? []
      : [{ ...first, tools: { observe: [...observe], change: [...change] }, firstLook: [] }, ...others];
  return rightsIn(synthesize({ ...rules, agents }, installed.catalogue).template);
};

/** Who may list log groups besides the state machine, which sets up the delivery of its own log. */
const whoMayList = (rights: readonly Right[]): string[] =>
  whoMay(rights, 'logs:DescribeLogGroups').filter((role) => role !== 'IncidentFlow');

test('the calls of own tools reach IAM as those of shipped ones: changes on the change role only, on its targets', () => {
  const rights = rightsWith(['list_log_groups'], ['keep_log_days']);
  expect(whoMay(rights, 'logs:PutRetentionPolicy')).toEqual(['Change']);
  const [change] = rights.filter(({ action }) => action === 'logs:PutRetentionPolicy');
  expect(change?.resource).toContain(':log-group:*');
  expect(change?.resource).not.toBe('"*"');
  expect(change?.conditions).toEqual({ StringEquals: { 'aws:RequestedRegion': { Ref: 'AWS::Region' } } });
  expect(whoMayList(rights)).toEqual(['Authorize', 'ChangeZone', 'Observe', 'Verify']);
  expect(rights.filter(({ action }) => action.includes('*'))).toEqual([]);
});

test('an own tool that only reads adds a read to Observe, and one that no agent is granted adds nothing', () => {
  const reading = rightsWith(['list_log_groups'], []);
  expect(whoMayList(reading)).toEqual(['Observe']);
  expect(whoMay(reading, 'logs:PutRetentionPolicy')).toEqual([]);
  expect(whoMayList(rightsWith([], []))).toEqual([]);
});
