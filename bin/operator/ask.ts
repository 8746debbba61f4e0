import { applicationAt } from '../../local/application.ts';
import { agentTaking, ASKED } from '../io/agent-taking.ts';
import { refuseLaptopFlags } from '../io/laptop-flags.ts';
import { questionEvent, type AskFlags } from '../io/question-event.ts';
import { callerArn, findDeployment } from './deployment.ts';
import { follow } from './follow.ts';
import { homeOfDeployment, startFlow } from './started-flow.ts';

/** Asks a deployed stack. */
export const askStack = async (question: string, flags: AskFlags): Promise<void> => {
  refuseLaptopFlags(flags);
  const { rules } = applicationAt(flags);
  const deployment = await findDeployment(flags.stack);
  const home = homeOfDeployment(deployment);
  const askedBy = flags.as ?? sessionIn(await callerArn());
  const event = questionEvent(question, { askedBy, home, time: new Date() }, flags);
  const agent = agentTaking(ASKED, event, rules, home);
  const started = await startFlow('<question>', deployment, event, 'ask');
  const sentence = `Asked as ${askedBy}, which is recorded as a claim. Agent ${agent} takes it.`;
  await follow(started, { sentence, fields: { agent, askedBy } }, flags);
};

/** The person behind a role has the name of their session; a user is the last part of their ARN. */
const sessionIn = (arn: string): string => arn.split('/').at(-1) ?? arn;
