import { INSTALLED } from '../../lambdas/providers/installed.ts';
import { expect, test } from 'vitest';
import { JsonObject } from '../../lambdas/contracts/json.ts';
import type { Ledger } from '../../lambdas/contracts/ports.ts';
import { attachAlarm } from '../../lambdas/kernel/limits/attached-alarms.ts';
import { allOf, lastOf } from '../../lambdas/kernel/trace/queries.ts';
import type { TraceEvent } from '../../lambdas/contracts/events.ts';
import { synthesize } from '../../lib/synthesize.ts';
import { parseWorld } from '../fixtures/shipped-app.ts';
import { Laptop } from '../../local/laptop.ts';
import { scriptedModel } from '../../local/scripted-model.ts';
import { MemoryLedger } from '../fakes/memory-ledger.ts';
import { rules } from '../fixtures/harness.ts';
import { APP, BUSY_SERVER } from './account/example-world.ts';

const SECOND = `  - name: cpu-too-high
    metric: { namespace: AWS/EC2, name: CPUUtilization, dimensions: { InstanceId: ${APP} } }
    threshold: 90
`;

/** The laptop copies the methods of a ledger, which an instance of a class does not have itself. */
const plainLedger = (inner: MemoryLedger): Ledger => ({
  append: (event) => inner.append(event),
  events: (incidentId, from) => inner.events(incidentId, from),
  fetch: (key) => inner.fetch(key),
  list: (family, id, newest) => inner.list(family, id, newest),
  create: (key, data) => inner.create(key, data),
  replace: (key, data, version) => inner.replace(key, data, version),
  add: (key, amounts, ceilings) => inner.add(key, amounts, ceilings),
});

test('an alarm that joined and is still in ALARM is investigated after its incident has closed, through the whole flow', async () => {
  const ledger = plainLedger(new MemoryLedger());
  const events: TraceEvent[] = [];
  const world = parseWorld(`${BUSY_SERVER}${SECOND}`, 'world.yaml');
  const laptop = new Laptop({
    definition: synthesize(rules).stateMachineDefinition,
    installed: INSTALLED,
    rules,
    world,
    ledger,
    model: scriptedModel([{ content: [{ type: 'text', text: 'I know nothing.' }] }]),
    approver: async () => ({ kind: 'preset', answers: [] }),
    onEvent: (event) => events.push(event),
    around: async (step, payload, invoke) => {
      const [opening] = allOf(events, 'incident.opened');
      if (step === 'decide' && opening !== undefined)
        await attachAlarm(ledger, opening.incident, {
          arn: 'arn:aws:cloudwatch:eu-west-1:123456789012:alarm:cpu-too-high',
          name: 'cpu-too-high',
          account: '123456789012',
          region: 'eu-west-1',
          why: 'resource',
          event: JsonObject.parse(laptop.account.alarmEvent('cpu-too-high')),
        });
      return invoke(step, payload);
    },
  });
  const incidentId = await laptop.deliver(JsonObject.parse(laptop.account.alarmEvent('cpu-high')));
  const own = allOf(events, 'incident.opened').filter(({ data }) => data.follows === incidentId);
  expect(own).toMatchObject([{ data: { subject: { alarm: { name: 'cpu-too-high' } } } }]);
  expect(lastOf(await ledger.events(own[0]?.incident ?? ''), 'trace.sealed')).toBeDefined();
  expect(lastOf(await ledger.events(incidentId), 'follow-ups.raised')?.data).toEqual({ raised: 1, failed: [] });
});
