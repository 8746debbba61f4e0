import { Command } from 'commander';
import { withSource } from '../io/source-flags.ts';
import type { IncidentsFlags } from '../operator/incidents.ts';

/** `checkrein incidents`: which incidents there are, and how they ended. */
export const incidentsCommand = (): Command =>
  withSource(new Command('incidents'))
    .description('List incidents, newest first: since when, open or with which outcome, agent, subject.')
    .option('--limit <n>', 'how many at most', '20')
    .option('--since <when>', 'not those that opened earlier: 90m, 24h, 7d, or a date in UTC')
    .option('--open', 'only those whose execution still runs')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      `
Step Functions forgets an execution 90 days after its end and may show a new one
some seconds late. One command looks at 1,000 executions at most. The ledger
keeps traces longer: \`checkrein trace get ID\` reads an older one by its id.
Needs cloudformation:DescribeStacks, states:ListExecutions, dynamodb:Query, and
kms:Decrypt with the key of the table.`,
    )
    .action(async (flags: IncidentsFlags) => (await import('../operator/index.ts')).listIncidents(flags));
