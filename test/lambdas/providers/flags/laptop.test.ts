import { expect, onTestFinished, test } from 'vitest';
import { SimulatedClock } from '../../../../local/account/clock.ts';
import { parseWorld } from '../../../fixtures/shipped-app.ts';
import { SimulatedAccount } from '../../../../local/account/account.ts';
import { startLedger } from '../../../../local/ledger-server.ts';
import { Laptop } from '../../../../local/laptop.ts';
import { synthesize } from '../../../../lib/synthesize.ts';
import { JsonObject } from '../../../../lambdas/contracts/json.ts';
import { call, PresetModel } from '../../../fakes/preset-model.ts';
import { WITH_FLAGS } from '../../../fakes/flag-provider/installed.ts';
import { flagAccess } from '../../../fakes/flag-provider/provider.ts';
import { CART_OFF, FLAG_RULES, flagService, HOME, NEW_CART } from '../../../fixtures/flags.ts';
import { BUSY_SERVER } from '../../../local/account/example-world.ts';

test(
  'a laptop plays an incident with a provider and tools that are added from outside',
  { timeout: 60_000 },
  async () => {
    const world = parseWorld(BUSY_SERVER, 'world.yaml');
    const service = flagService();
    const server = await startLedger();
    onTestFinished(() => server.stop());
    const { ledger } = server;
    const model = new PresetModel();
    model.answerWith(
      [call('get_flag', { service: 'checkout', name: 'new-cart' })],
      [call(CART_OFF.tool, CART_OFF.input)],
      [call('confirm_plan', { plan: 'P1' })],
      [call('escalate', { reason: 'The cart is not the cause.' })],
    );
    const laptop = new Laptop({
      definition: synthesize(FLAG_RULES, WITH_FLAGS.catalogue).stateMachineDefinition,
      rules: FLAG_RULES,
      installed: WITH_FLAGS,
      access: flagAccess(service, HOME),
      world,
      model,
      ledger,
      approver: async () => ({ kind: 'preset', answers: [{ answer: 'approve', reason: 'Go ahead.' }] }),
    });
    const account = new SimulatedAccount(world, new SimulatedClock(new Date(world.now)));
    const incident = await laptop.deliver(JsonObject.parse(account.alarmEvent('cpu-high')));
    const kinds = (await ledger.events(incident)).map(({ kind }) => kind);
    for (const kind of ['proposal.judged', 'dry-run.finished', 'approval.closed', 'change.verified', 'incident.closed'])
      expect(kinds).toContain(kind);
    expect(service.changes.map(({ session }) => session)).toEqual([`apply-${incident}`, `rollback-${incident}`]);
    expect(service.flag(NEW_CART)).toMatchObject({ enabled: true, percent: 50 });
  },
);
