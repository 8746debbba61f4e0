import { Command } from 'commander';
import type { DeploymentFlags } from '../operator/deployment.ts';

/** `checkrein subscribe`: the e-mail subscriptions of approvers. */
export const subscribeCommand = (): Command =>
  new Command('subscribe').description('The e-mail subscriptions of approvers of a deployed stack.').addCommand(
    new Command('confirm')
      .description(
        'Confirm a subscription with the link of its confirmation mail, so that the link at the end of each later mail cannot end it. Mail scanners open such links, and anyone who reads a shared mailbox can.',
      )
      .argument('<link>', 'the link "Confirm subscription" of the mail, in single quotes; do not open it')
      .option('--stack <name>', 'the deployed stack', 'Checkrein')
      .option('--json', 'print JSON')
      .action(async (link: string, flags: DeploymentFlags) =>
        (await import('../operator/index.ts')).confirmSubscription(link, flags),
      ),
  );
