import { Command, Option } from 'commander';
import { withApplication } from '../io/application-flags.ts';
import { withLaptop } from '../io/laptop-flags.ts';
import type { EventFlags } from '../operator/event.ts';

/** `checkrein event`: starts the flow with a recorded event. */
export const eventCommand = (): Command =>
  withLaptop(
    withApplication(
      new Command('event')
        .description('Start the flow of a deployed stack with a recorded event, without the event bus.')
        .argument('<file>', 'one EventBridge event, exactly as AWS sends it (JSON)')
        .option('--keep-id', 'keep the id of the event; default: a fresh one, as an id opens one incident only')
        .addOption(new Option('--stack <name>', 'the deployed stack').default('Checkrein'))
        .option('--wait', 'wait until the incident is closed, and print its report')
        .option('--json', 'print one JSON object'),
    ),
  )
    .addHelpText(
      'after',
      `
The state machine is started directly: no rule of EventBridge is asked. Which
agent takes the event is said by the agents in the config directory, and
decided by those of the stack. With --world it is \`checkrein run --event\`.

Needs cloudformation:DescribeStacks and states:StartExecution on the state
machine; --wait also states:DescribeExecution, dynamodb:Query, and kms:Decrypt
with the key of the table.

Exit codes: 0 started, or with --wait closed; 2 bad input, or an event that no
agent takes; 1 anything else.`,
    )
    .action(async (file: string, flags: EventFlags) => (await import('../operator/index.ts')).sendEvent(file, flags));
