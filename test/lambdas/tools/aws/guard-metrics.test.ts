import { describe, expect, test } from 'vitest';
import { CATALOGUE } from '../../../../lambdas/tools/catalogue.ts';
import { instanceGuards } from '../../../../lambdas/tools/aws/guard-metrics.ts';
import { manifest } from '../../../../lambdas/tools/reboot-instance/manifest.ts';
import { rebootPlan, resizePlan } from '../../../fixtures/plans.ts';
import { changing, observing } from '../context.ts';

describe('status checks, newest minute first', () => {
  const { target } = resizePlan('incident-1', 'rules');
  const guardOutcome = async (...values: number[]) => {
    const context = observing(manifest);
    context.cloud.answers('cloudwatch', 'GetMetricData', { MetricDataResults: [{ Values: values }] });
    const [guard] = await instanceGuards(target, context, new Date(0));
    expect(context.cloud.inputsOf('GetMetricData')[0]).toMatchObject({ ScanBy: 'TimestampDescending' });
    return guard?.outcome;
  };

  test.each([
    ['a machine that fails now is worse, however good it was before', [1, 1, 1, 0, 0, 0], 'bad'],
    ['a machine that failed while it booted is good', [0, 0, 0, 1, 1, 1], 'good'],
    ['a machine that has only begun to fail is unknown', [1, 1, 0, 0], 'unknown'],
    ['too few minutes are unknown', [1, 1], 'unknown'],
    ['no minutes are unknown', [], 'unknown'],
  ])('%s', async (_name, values, outcome) => {
    expect(await guardOutcome(...values)).toBe(outcome);
  });
});

describe('the guards', () => {
  const guardsOf = async (name: string) => {
    const tool = await CATALOGUE.loadChange(name);
    const context = changing(tool.manifest);
    context.cloud.answers('cloudwatch', 'GetMetricData', { MetricDataResults: [{ Values: [1, 1, 1] }] });
    const plan = name === 'resize_instance' ? resizePlan('incident-1', 'r') : rebootPlan('incident-1', 'r');
    return tool.guards(plan, context, new Date(0));
  };

  test.each(['resize_instance', 'reboot_instance'])('of %s are the status checks of its instance', async (name) => {
    expect(await guardsOf(name)).toMatchObject([{ name: 'status checks', outcome: 'bad' }]);
  });
});
