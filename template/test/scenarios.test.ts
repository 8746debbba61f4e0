import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { checkTool, playScenario } from 'checkrein/testing';

for (const name of readdirSync('scenarios'))
  void test(`the scenario ${name} ends as expected`, async () => {
    const { problems, report } = await playScenario(`scenarios/${name}`);
    assert.deepEqual(problems, [], report);
  });

void test('list_event_sources keeps the promises of every tool', () => {
  assert.deepEqual(checkTool('tools/list-event-sources'), []);
});
