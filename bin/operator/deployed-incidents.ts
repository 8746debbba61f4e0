import {
  paginateListExecutions,
  SFNClient,
  type ExecutionListItem,
  type ListExecutionsCommandInput,
} from '@aws-sdk/client-sfn';
import { incidentSummary, type IncidentSummary } from '../io/incident-summary.ts';
import type { IncidentList, ListBounds } from '../io/trace-source.ts';
import { askAws } from './deployment.ts';
import { eventsOfRows, faultIn, readRow, type ReadRows } from './trace-rows.ts';

/** Executions that one command looks at. In a storm, most of them are copies that joined one incident. */
const MAX_EXECUTIONS = 1000;
/** Incidents whose rows are read at the same time. */
const AT_ONCE = 10;
/** The closing event is the last one before the seal, unless a copy of the alarm came in between. */
const LAST_EVENTS = 5;

/**
 * Incidents of a deployed stack: Step Functions has their names and times, newest first, and the ledger how they ended.
 * So no table is scanned. Step Functions forgets an execution 90 days after its end; the ledger keeps the trace longer.
 */
export const deployedIncidents = (flowArn: string, rows: ReadRows, bounds: ListBounds): Promise<IncidentList> =>
  askAws('states:ListExecutions', async () => {
    const incidents: IncidentSummary[] = [];
    let [withoutTrace, examined] = [0, 0];
    for await (const batch of batchesOf(executionsOf(flowArn, bounds), AT_ONCE)) {
      for (const found of await Promise.all(batch.map((execution) => summaryOf(execution, rows)))) {
        if (found === undefined) withoutTrace += 1;
        else if (incidents.length === bounds.limit) return { incidents, withoutTrace, complete: false };
        else if (found.open || !bounds.onlyOpen) incidents.push(found);
      }
      examined += batch.length;
      if (examined >= MAX_EXECUTIONS) return { incidents, withoutTrace, complete: false };
    }
    return { incidents, withoutTrace, complete: true };
  });

/** Executions of the flow, the newest first, as Step Functions sorts them. */
const executionsOf = async function* (
  stateMachineArn: string,
  { since, onlyOpen }: ListBounds,
): AsyncGenerator<ExecutionListItem> {
  const input: ListExecutionsCommandInput = { stateMachineArn, ...(onlyOpen ? { statusFilter: 'RUNNING' } : {}) };
  for await (const { executions = [] } of paginateListExecutions({ client: new SFNClient({}) }, input))
    for (const execution of executions) {
      if (since !== undefined && execution.startDate !== undefined && execution.startDate < since) return;
      yield execution;
    }
};

const batchesOf = async function* <T>(all: AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  let batch: T[] = [];
  for await (const one of all) {
    batch.push(one);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
};

/** What the ledger says about an execution; undefined if it did not become an incident of its own. */
const summaryOf = async (
  { name = '', status, startDate }: ExecutionListItem,
  rows: ReadRows,
): Promise<IncidentSummary | undefined> => {
  const first = await rows(name, { Limit: 1 });
  if (first.length === 0 && status === 'SUCCEEDED') return undefined;
  const last = first.length === 0 ? [] : await rows(name, { Limit: LAST_EVENTS, ScanIndexForward: false });
  const read = [...first, ...last.toReversed()].map((row) => readRow(name, row));
  const events = eventsOfRows(read);
  const isClosed = events.some(({ kind }) => kind === 'incident.closed');
  const problem = faultIn(read)?.message ?? (isClosed ? undefined : notClosed(status));
  return incidentSummary(name, startDate?.toISOString() ?? '', events, problem);
};

const notClosed = (status = 'unknown'): string | undefined =>
  status === 'RUNNING' ? undefined : `The execution ended as ${status}, and nothing has closed the incident.`;
