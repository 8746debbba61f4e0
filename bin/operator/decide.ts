import { reasonFault } from '../../lambdas/approvals/answer/reason.ts';
import { ApprovalId, type DecideReply, type DecideView } from '../../lambdas/contracts/decide-api.ts';
import { CheckreinError, InputError } from '../../lambdas/contracts/errors.ts';
import { ours, plain, sentence, type PlainText } from '../../lambdas/kernel/trace/outside-text.ts';
import { Interruption } from '../../local/interruption.ts';
import { askTerminal } from '../../local/terminal.ts';
import { printer, printJson } from '../io/output.ts';
import { callDecide } from './decide-call.ts';
import { findDeployment, type DeploymentFlags } from './deployment.ts';

export interface DecideFlags extends DeploymentFlags {
  readonly reason?: string;
  readonly breakGlass?: boolean;
  readonly yes?: boolean;
}

type Answer = 'approve' | 'deny';

/** The answer has no effect, for a reason that the function gave. */
class AnswerRefused extends CheckreinError {
  constructor(message: string) {
    super('AnswerRefused', message, 'See what waits with `checkrein approvals`.');
  }
}

/** Shows a request in full, asks for confirmation, and answers it under the caller's IAM identity. */
export const decide = async (answer: Answer, id: string, flags: DecideFlags): Promise<void> => {
  const { reason = '', breakGlass = false } = flags;
  checkInput({ answer, reason, breakGlass }, id, flags);
  const url = await decideUrl(flags.stack);
  const view = await callDecide(url, { id });
  if (view.status !== 'question') throw new AnswerRefused(messageOf(view));
  const print = printer(flags.json === true);
  for (const line of view.lines) print(ours(line));
  print(plain`\nAs ${view.approver}, before ${view.expiresAt}.`);
  const obstacle = obstacleTo(answer, breakGlass, view);
  if (obstacle !== undefined) throw new AnswerRefused(obstacle);
  if (flags.yes !== true && !(await confirmed(answer, view))) {
    print(plain`Nothing was sent.`);
    return;
  }
  const { approvalId, digest } = view;
  const reply = await callDecide(url, { answer: { approvalId, digest, answer, reason, breakGlass } });
  if (reply.status === 'question' || reply.status === 'refused') throw new AnswerRefused(messageOf(reply));
  if (flags.json === true) printJson({ approval: approvalId, incident: view.incidentId, digest, ...reply });
  else print(sentence(reply.message));
};

const checkInput = (
  given: { readonly answer: Answer; readonly reason: string; readonly breakGlass: boolean },
  id: string,
  { yes }: DecideFlags,
): void => {
  const approvalId = ApprovalId.safeParse(id);
  if (!approvalId.success)
    throw new InputError(
      '<id>',
      `${JSON.stringify(id)} is no approval id`,
      '`approval-` with 32 digits and letters a to f, as `checkrein approvals` lists it',
    );
  const fault = reasonFault(given);
  if (fault !== undefined) throw new InputError('--reason', fault, `--reason '…'`);
  if (yes !== true && !(process.stdin.isTTY && process.stderr.isTTY))
    throw new InputError(
      '--yes',
      'not given, and there is no terminal to ask in',
      '--yes, which answers without asking',
    );
};

const decideUrl = async (stack: string): Promise<string> => {
  const { DecideUrl } = await findDeployment(stack);
  if (DecideUrl !== undefined) return DecideUrl;
  throw new InputError(
    '--stack',
    `${stack} takes no answers from a terminal: none of its approvers has an IAM identity`,
    'contacts: { iam: … } of an approver in config/deployment.ts, deployed',
  );
};

/** Why an answer would have no effect, as far as the function has said. */
const obstacleTo = (answer: Answer, breakGlass: boolean, view: DecideView): string | undefined => {
  if (view.ended !== null) return view.ended;
  if (answer === 'deny') return undefined;
  if (!view.mayApprove.permitted) return view.mayApprove.reason;
  return view.freeze === null || breakGlass
    ? undefined
    : `There is a change freeze: ${view.freeze} To approve in spite of it: --break-glass --reason '…'`;
};

/** The question names the change again: what is above it may be the words of the agent. */
const questionOf = (answer: Answer, { handle, change, approver }: DecideView): PlainText =>
  plain`${answer === 'approve' ? 'Approve' : 'Deny'} ${handle}, ${ours(change)}, as ${approver}? [y/n] `;

const confirmed = async (answer: Answer, view: DecideView): Promise<boolean> => {
  const interruption = new Interruption();
  const never = new AbortController().signal;
  try {
    for (;;) {
      const said = (await askTerminal(questionOf(answer, view).toString(), never, interruption)).toLowerCase();
      if (['y', 'yes'].includes(said)) return true;
      if (['n', 'no'].includes(said)) return false;
    }
  } catch (error) {
    if (!interruption.signal.aborted) throw error;
    process.exitCode = interruption.exitCode;
    return false;
  }
};

const messageOf = (reply: DecideReply): string =>
  reply.status === 'question' ? 'The function showed the request again in place of taking the answer.' : reply.message;
