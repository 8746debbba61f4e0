import { testsOf, type KernelCheck } from '../check.ts';

const followUps = testsOf('lambdas/steps/close/follow-ups');
const races = testsOf('lambdas/steps/open/races');

/** What keeps an alarm that joined an incident from being forgotten. */
export const STORMS: readonly KernelCheck[] = [
  {
    name: 'storm/follow-up',
    holds: 'an alarm that joined and is still in ALARM gets an incident of its own',
    file: 'lambdas/steps/close/step.ts',
    find: 'await raiseFollowUps(journal, ports, input.lastAttempt === true);',
    replace: '',
    test: followUps('opens an incident of its own, which says whom it follows'),
  },
  {
    name: 'storm/freed-first',
    holds: 'Close gives the key back before it looks at what joined, so that an alarm which joins later opens its own',
    file: 'lambdas/steps/close/step.ts',
    find: `const copies = await release(journal, ports.ledger);
  await raiseFollowUps(journal, ports, input.lastAttempt === true);`,
    replace: `await raiseFollowUps(journal, ports, input.lastAttempt === true);
  const copies = await release(journal, ports.ledger);`,
    test: followUps(
      'an alarm on the same resource that comes when Close has looked at what joined opens an incident of its own',
    ),
  },
  {
    name: 'storm/row-first',
    holds: 'the row of an alarm that joins is written before the look whether the incident is still open',
    file: 'lambdas/kernel/limits/deduplication-rows.ts',
    find: `  const created = await write();
  const row = readRow(await ledger.fetch(claimRow(claim)));
  if (row?.open !== true || row.incidentId !== incidentId) return undefined;`,
    replace: `  const row = readRow(await ledger.fetch(claimRow(claim)));
  if (row?.open !== true || row.incidentId !== incidentId) return undefined;
  const created = await write();`,
    test: races(
      'whatever races with whatever: an alarm opens an incident, or its row is there when the incident closes',
    ),
  },
  {
    name: 'storm/unknown',
    holds: 'an alarm whose state nobody can read counts as still in ALARM',
    file: 'lambdas/steps/close/follow-ups.ts',
    find: "if (state !== 'ALARM' && state !== 'unknown') return;",
    replace: "if (state !== 'ALARM') return;",
    test: followUps('where CloudWatch throttles, the alarm counts as still in ALARM'),
  },
];
