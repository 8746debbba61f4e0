import { Command, Option } from 'commander';
import { withApplication } from '../io/application-flags.ts';
import { withLaptop } from '../io/laptop-flags.ts';
import type { AskFlags } from '../io/question-event.ts';

/** `checkrein ask`: a question of a person becomes an incident. */
export const askCommand = (): Command =>
  withLaptop(
    withApplication(
      new Command('ask')
        .description('Ask a question. A read-only agent investigates it like an alarm and sends its report.')
        .argument('<question>', 'in quotes, at most 4,000 characters')
        .option('--agent <name>', 'the agent that answers; default: the one that takes questions')
        .option('--account <id>', 'the account that the question is about; default: that of Checkrein')
        .option('--region <name>', 'its Region; default: that of Checkrein')
        .option(
          '--as <name>',
          'your name on the trace; default: that of your session, from sts:GetCallerIdentity; with --world: somebody',
        )
        .addOption(new Option('--stack <name>', 'the deployed stack').default('Checkrein'))
        .option('--wait', 'wait until the incident is closed, and print its report')
        .option('--json', 'print one JSON object'),
    ),
  )
    .addHelpText(
      'after',
      `
Your name is recorded as a claim: nobody checks it. So read-only agents answer,
unless the deployment's settings have questions.allowChanges; then a change needs two
approvals, neither of them yours.

Needs cloudformation:DescribeStacks and states:StartExecution on the state
machine; --wait also states:DescribeExecution, dynamodb:Query, and kms:Decrypt
with the key of the table.

Exit codes: 0 asked, or with --wait answered; 2 bad input, or a question that no
agent takes; 1 anything else.`,
    )
    .action(async (question: string, flags: AskFlags) =>
      flags.world === undefined
        ? (await import('../operator/index.ts')).askStack(question, flags)
        : (await import('../laptop/index.ts')).askOnLaptop(question, flags.world, flags),
    );
