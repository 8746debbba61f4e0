import { Command } from 'commander';
import { withSource } from '../io/source-flags.ts';
import type { ApprovalsFlags } from '../operator/approvals.ts';
import type { DecideFlags } from '../operator/decide.ts';

/** `checkrein approvals`: what waits for people. */
export const approvalsCommand = (): Command =>
  withSource(new Command('approvals'))
    .description(
      'List the approval requests that wait: change, environment, who is asked, how many approved, time left.',
    )
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      '\nNeeds cloudformation:DescribeStacks, states:ListExecutions, dynamodb:Query, and kms:Decrypt with\nthe key of the table. To answer, use the link in your mail, `checkrein approve ID` or\n`checkrein deny ID`; both need other permissions, which their --help names.',
    )
    .action(async (flags: ApprovalsFlags) => (await import('../operator/index.ts')).listApprovals(flags));

const NEEDS = `
Who you are is what your AWS credentials say: an approver of config/deployment.ts
must have your IAM identity as contacts.iam, as \`aws sts get-caller-identity\`
prints it. Needs cloudformation:DescribeStacks, and lambda:InvokeFunctionUrl and
lambda:InvokeFunction on the function in the stack's output DecideFunction; the
second only with the condition lambda:InvokedViaFunctionUrl, without which its
holder could answer as anybody: docs/operator-runbook.md.`;

const answering = (name: string, description: string): Command =>
  new Command(name)
    .description(description)
    .argument('<id>', 'the approval request, as `checkrein approvals` lists it')
    .option('--yes', 'do not ask for confirmation')
    .option('--stack <name>', 'the deployed stack', 'Checkrein')
    .option('--json', 'print JSON; the change goes to standard error')
    .addHelpText('after', NEEDS);

/** `checkrein approve`: approves a change under the caller's IAM identity. */
export const approveCommand = (): Command =>
  answering('approve', 'Show a change that waits, and approve it under your IAM identity.')
    .option('--reason <text>', 'why; required with --break-glass')
    .option('--break-glass', 'approve in spite of a change freeze; everyone is notified')
    .action(async (id: string, flags: DecideFlags) =>
      (await import('../operator/index.ts')).decide('approve', id, flags),
    );

/** `checkrein deny`: denies a change under the caller's IAM identity. */
export const denyCommand = (): Command =>
  answering('deny', 'Show a change that waits, and deny it under your IAM identity.')
    .option('--reason <text>', 'why; required, because the agent plans again with it')
    .action(async (id: string, flags: DecideFlags) => (await import('../operator/index.ts')).decide('deny', id, flags));
