import { expect, test } from 'vitest';
import { openStep } from '../../../../lambdas/steps/open/step.ts';
import { runStep } from '../../../../lambdas/runtime/step.ts';
import { TestHarness } from '../../../fixtures/harness.ts';

test('a copy that the bus delivers twice answers both times with the incident that it joined', async () => {
  const harness = await new TestHarness().begin();
  const copy = { ...harness.alarmEvent(), id: 'copy-1' };
  for (const execution of ['execution-1', 'execution-2'])
    expect(await runStep(openStep, { event: copy, execution }, harness.ports)).toMatchObject({
      next: 'done',
      incidentId: 'incident-1',
    });
});
