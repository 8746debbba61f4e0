import { beforeAll, describe, expect, test } from 'vitest';
import type { Conclusion } from '../../../../lambdas/contracts/conclusion.ts';
import type { TraceEvent } from '../../../../lambdas/contracts/events.ts';
import type { Notification } from '../../../../lambdas/contracts/ports.ts';
import { quietLine } from '../../../../lambdas/kernel/trace/quiet-run.ts';
import { closingMessage, reportOf } from '../../../../lambdas/kernel/trace/report.ts';
import { runOnLaptop } from '../../../../local/run.ts';
import { MemoryLedger } from '../../../fakes/memory-ledger.ts';
import { readScenario, runOf } from '../../../fixtures/shipped-app.ts';
import { withSubject } from '../../../fixtures/subjects.ts';
import { BUILD_FAILURE, QUESTION } from '../../../fixtures/told-subjects.ts';
import { shippedRules } from '../../../lib/shipped.ts';

const mails: Notification[] = [];
let quiet: readonly TraceEvent[];
let busy: readonly TraceEvent[];
const play = async (name: string): Promise<readonly TraceEvent[]> => {
  const onMessage = (message: Notification): void => void mails.push(message);
  const run = { ...runOf(await readScenario(name), shippedRules()), ledger: new MemoryLedger(), onMessage };
  return (await runOnLaptop(run)).events;
};
beforeAll(async () => {
  quiet = await play('optimizer-nothing-to-do');
  busy = await play('optimizer-over-30-percent');
});

const concluding = (change: Partial<Conclusion>): TraceEvent[] =>
  quiet.map((event) =>
    event.kind === 'conclusion.reviewed' && event.data.conclusion !== null
      ? { ...event, data: { ...event.data, conclusion: { ...event.data.conclusion, ...change } } }
      : event,
  );

test('a weekly run with nothing to do sends one message of one line, and its report is whole', () => {
  const [mail, ...others] = mails.filter(({ incidentId }) => incidentId === quiet[0]?.incident);
  expect(others).toEqual([]);
  expect(mail).toMatchObject({
    about: 'closed',
    subject: 'diagnosed: scheduled run of eks-optimizer',
    text: `Nothing was proposed, and nothing was changed. In the agent's words, not checked: "Nothing is over-requested in shop: of 2 workloads, none has a cut that is worth $10 of requests a month." Incident ${quiet[0]?.incident ?? ''}.`,
  });
  expect(reportOf(quiet)).toContain('## Evidence');
});

describe('a run sends its whole report if there is anything to tell', () => {
  const whole = (events: readonly TraceEvent[]): void => {
    expect(quietLine(events)).toBeUndefined();
    expect(String(closingMessage(events).text)).toContain('Evidence');
  };

  test('a proposal that was refused', () => {
    whole(busy);
  });

  test('something for people to do, or a cause', () => {
    whole(concluding({ followUps: ['Name a source of usage in the settings.'] }));
    whole(concluding({ rootCause: 'Nonetheless, search asks for too much.' }));
    whole(concluding({ summary: 'x'.repeat(401) }));
  });

  test('a number that the evidence does not have, a read without an answer, or orders in what was read', () => {
    const evidence = (change: object): TraceEvent[] =>
      quiet.map((event) =>
        event.kind === 'evidence.gathered' ? { ...event, data: { ...event.data, ...change } } : event,
      );
    whole(evidence({ outcome: 'failed' }));
    whole(evidence({ suspicions: ['orders to ignore instructions'] }));
    const numbersNotFound = [{ statement: 0, number: '7' }];
    whole(
      quiet.map((event) =>
        event.kind === 'conclusion.reviewed' ? { ...event, data: { ...event.data, numbersNotFound } } : event,
      ),
    );
  });

  test('anything that is not a run by the clock', () => {
    for (const subject of [QUESTION, BUILD_FAILURE]) whole(withSubject(quiet, subject));
  });
});
