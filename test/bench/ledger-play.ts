import { dynamoLedger } from '../../lambdas/adapters/aws/ledger.ts';
import type { TraceEvent } from '../../lambdas/contracts/events.ts';
import type { StepName } from '../../lambdas/contracts/flow.ts';
import type { JsonObject } from '../../lambdas/contracts/json.ts';
import type { Ledger } from '../../lambdas/contracts/ports.ts';
import { startLedger } from '../../local/ledger-server.ts';
import { LedgerMeter, type LedgerUse } from '../load/ledger-meter.ts';
import { play } from './play.ts';
import type { Story } from './story.ts';

/** The change zone is one function for three steps. */
const functionOf = (step: StepName): string =>
  step === 'dry-run' || step === 'apply' || step === 'rollback' ? 'change-zone' : step;

/** What a step used of the ledger. */
export interface StepUse {
  readonly step: StepName;
  readonly use: readonly LedgerUse[];
}

/**
 * Plays a story on a real DynamoDB API. Cold: each invocation is the first one of its function. Warm: a function keeps what it
 * has between invocations, and each function has its own.
 */
export const playOnLedger = async (story: Story, definition: JsonObject, start: 'cold' | 'warm') => {
  const server = await startLedger();
  const meter = new LedgerMeter();
  meter.attach(server.client);
  const ledgers = new Map<string, Ledger>();
  const steps: StepUse[] = [];
  const fresh = (): Ledger => dynamoLedger(server.client, server.table, story.rules.settings.retentionDays);
  const ledgerOf = (name: string): Ledger => {
    const known = start === 'warm' ? ledgers.get(name) : undefined;
    const ledger = known ?? fresh();
    ledgers.set(name, ledger);
    return ledger;
  };
  try {
    let enter: (step: StepName) => void = () => undefined;
    const others: LedgerUse[][] = [];
    const incident = await play(story, {
      definition,
      ledger: fresh(),
      prepare: (laptop) => {
        enter = (step) => (laptop.ports = { ...laptop.ports, ledger: ledgerOf(functionOf(step)) });
      },
      around: async (step, payload, invoke) => {
        others.push(meter.take());
        enter(step);
        const answer = await invoke(step, payload);
        steps.push({ step, use: meter.take() });
        return answer;
      },
    });
    const events: TraceEvent[] = await server.ledger.events(incident);
    meter.take();
    return { steps, answers: others.flat(), events };
  } finally {
    await server.stop();
  }
};

const isRead = ({ operation }: LedgerUse): boolean => !/^(Put|Update|Delete|TransactWrite|BatchWrite)/.test(operation);

/** Requests and capacity units of reads and writes. */
export const totalsOf = (use: readonly LedgerUse[]) => {
  const sum = (of: readonly LedgerUse[]) => ({
    requests: of.reduce((all, { requests }) => all + requests, 0),
    units: of.reduce((all, { units }) => all + units, 0),
  });
  const toTrace = ({ operation }: LedgerUse): boolean => operation.endsWith(' incident');
  const writes = use.filter((one) => !isRead(one));
  return { reads: sum(use.filter(isRead)), writes: sum(writes), traceWrites: sum(writes.filter(toTrace)) };
};
