import { ConfirmSubscriptionCommand, SNSClient } from '@aws-sdk/client-sns';
import * as z from 'zod';
import { InputError } from '../../lambdas/contracts/errors.ts';
import { plain } from '../../lambdas/kernel/trace/outside-text.ts';
import { printer, printJson } from '../io/output.ts';
import { askAws, findDeployment, type Deployment, type DeploymentFlags } from './deployment.ts';

const EXPECTED = 'the link of the mail "Subscription Confirmation" in single quotes: \'https://sns.…&Token=…\'';

const Confirmation = z.object({ TopicArn: z.string().startsWith('arn:'), Token: z.string().min(1) });
type Confirmation = z.infer<typeof Confirmation>;

/** Topic and token of the link in a confirmation mail. */
export const readConfirmationLink = (link: string): Confirmation => {
  const query = URL.canParse(link) ? new URL(link).searchParams : new URLSearchParams();
  const parsed = Confirmation.safeParse(Object.fromEntries(query));
  if (parsed.success) return parsed.data;
  throw new InputError('the link', 'it names no topic or has no token', EXPECTED);
};

/** What the topic of the link carries. A link for another topic is refused: it came from somewhere else. */
export const contentOf = (topicArn: string, outputs: Deployment): 'approvals' | 'reports' => {
  if (topicArn === outputs.ApproversTopic) return 'approvals';
  if (topicArn === outputs.ReportsTopic) return 'reports';
  throw new InputError('the link', `${topicArn} is not a topic of this stack`, EXPECTED);
};

/** Confirms so that only this account can end the subscription. Returns its ARN. */
export const confirmAuthenticated = (confirmation: Confirmation, client: SNSClient): Promise<string> =>
  askAws('sns:ConfirmSubscription', async () => {
    const command = new ConfirmSubscriptionCommand({ ...confirmation, AuthenticateOnUnsubscribe: 'true' });
    return (await client.send(command)).SubscriptionArn ?? 'unknown';
  });

/** `checkrein subscribe confirm`. */
export const confirmSubscription = async (link: string, flags: DeploymentFlags): Promise<void> => {
  const confirmation = readConfirmationLink(link);
  const topic = contentOf(confirmation.TopicArn, await findDeployment(flags.stack));
  const subscription = await confirmAuthenticated(confirmation, new SNSClient({}));
  if (flags.json === true) {
    printJson({ topic, subscription });
    return;
  }
  const print = printer(false);
  print(plain`Confirmed: this mailbox gets ${topic} now.`);
  print(plain`Only somebody with AWS credentials of this account can end the subscription ${subscription}.`);
};
