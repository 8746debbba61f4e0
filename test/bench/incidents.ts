import { INSTALLED } from '../../lambdas/providers/installed.ts';
import { join } from 'node:path';
import type { StepName } from '../../lambdas/contracts/flow.ts';
import { synthesize } from '../../lib/synthesize.ts';
import { readWorld } from '../fixtures/shipped-app.ts';
import { readEvent } from '../../local/files.ts';
import { Laptop } from '../../local/laptop.ts';
import { startLedger } from '../../local/ledger-server.ts';
import { shippedRules } from '../lib/shipped.ts';
import { loadScript } from '../../local/script.ts';
import { scriptedModel } from '../../local/scripted-model.ts';
import { median, timeFigure, timed, type Figure } from './figure.ts';

const SCENARIO = join(import.meta.dirname, '../../scenarios/undersized-instance');
const ROUNDS = 15;

/** The time of the harness without the model: the first scenario as a whole and per step, with a model that answers at once. */
export const measureIncidents = async (unit: number): Promise<Figure[]> => {
  const rules = shippedRules();
  const world = readWorld(join(SCENARIO, 'world.yaml'));
  const script = await loadScript(join(SCENARIO, 'model.json'));
  const event = readEvent(join(SCENARIO, 'event.json'));
  const started = performance.now();
  const { stateMachineDefinition: definition } = synthesize(rules);
  const synthesis = performance.now() - started;
  const bySteps = new Map<StepName, number[]>();
  const whole: number[] = [];
  const server = await startLedger();
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      const laptop = new Laptop({
        definition,
        installed: INSTALLED,
        rules,
        world,
        model: scriptedModel(script),
        ledger: server.ledger,
        approver: async () => ({ kind: 'preset', answers: [{ answer: 'approve', reason: '' }] }),
        around: async (step, payload, invoke) => {
          const started = performance.now();
          try {
            return await invoke(step, payload);
          } finally {
            bySteps.set(step, [...(bySteps.get(step) ?? []), performance.now() - started]);
          }
        },
      });
      // Each round needs its own event id: a repeated event would join the incident before.
      const newEvent = {
        ...(typeof event === 'object' && event !== null && !Array.isArray(event) ? event : {}),
        id: `bench-${round}`,
      };
      whole.push(await timed(() => laptop.deliver(newEvent)));
    }
  } finally {
    await server.stop();
  }
  return [
    timeFigure('synthesis (in process, no bundling)', synthesis, unit),
    timeFigure('incident without the model', median(whole), unit),
    ...[...bySteps].map(([step, times]) => timeFigure(`step ${step}`, median(times), unit)),
  ];
};
