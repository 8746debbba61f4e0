import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { TraceEvent } from '../lambdas/contracts/events.ts';
import type { RecordedCall } from '../local/account/account.ts';
import { localRules } from '../local/rules.ts';
import { listScenarios, playScenario } from '../local/scenario.ts';

/**
 * What the harness does in each scenario, without its prose: events in order, checks with their outcomes, decisions,
 * and every call that reached AWS. A refactoring leaves these files alone; a change of behaviour shows in their diff.
 */

const DECISIONS = ['verdict', 'outcome', 'next', 'allowed', 'made', 'accepted', 'answer', 'counted', 'needed', 'about'];

const checksOf = ({ data }: TraceEvent): string[] =>
  'checks' in data ? data.checks.map((one) => `${'check' in one ? one.check : one.name} ${one.outcome}`) : [];

const verdictsOf = ({ data }: TraceEvent): string[] =>
  'verdicts' in data ? data.verdicts.map(({ verifier, holds }) => `${verifier} ${holds}`) : [];

const eventLines = (event: TraceEvent): string[] => {
  const decisions = Object.entries(event.data).filter(([field]) => DECISIONS.includes(field));
  const told = decisions.map(([field, value]) => `${field}=${String(value)}`);
  const step = event.step.startsWith('approve-page') ? 'approve-page' : event.step;
  return [
    [`${event.seq} ${step}/${event.from} ${event.kind}`, ...told, `replies=${event.replies?.length ?? 0}`].join(' '),
    ...[...checksOf(event), ...verdictsOf(event)].map((line) => `    ${line}`),
  ];
};

/** Ids of the run in session names differ from run to run; observe calls of one step may overtake each other. */
const callLine = ({ step, service, command, input, dryRun, mutating, outcome }: RecordedCall): string =>
  [step, `${service}:${command}`, JSON.stringify(input), dryRun ? 'dry-run' : '', mutating ? 'mutating' : '', outcome]
    .filter((part) => part !== '')
    .join(' ');

const rules = localRules();

test.each(listScenarios())('$name does what it did', async ({ name }) => {
  const { result } = await playScenario(name, { rules });
  const calls = result.calls.map(callLine);
  const reads = result.calls.flatMap(({ mutating }, n) => (mutating ? [] : [calls[n] ?? ''])).sort();
  const changes = result.calls.flatMap(({ mutating }, n) => (mutating ? [calls[n] ?? ''] : []));
  const skeleton = [...result.events.flatMap(eventLines), '', '# changes', ...changes, '', '# reads', ...reads, ''];
  await expect(skeleton.join('\n')).toMatchFileSnapshot(join(import.meta.dirname, 'fixtures/skeletons', `${name}.txt`));
});
