import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import * as z from 'zod';
import { CheckreinError, InputError } from '../../lambdas/contracts/errors.ts';

/** Flags of every command that talks to a deployed stack. Credentials and Region are the SDK's own. */
export interface DeploymentFlags {
  readonly stack: string;
  readonly json?: boolean;
}

/** What a deployed stack says about itself. */
const StackOutputs = z.object({
  SwitchParameter: z.string(),
  LedgerTable: z.string(),
  /** None where models are asked on Bedrock. */
  ModelKeySecret: z.string().optional(),
  FlowArn: z.string(),
  StartArn: z.string(),
  ApproversTopic: z.string(),
  ApprovalPage: z.string(),
});
export type Deployment = z.infer<typeof StackOutputs>;

/** AWS could not be asked: no credentials, no Region, no right, no network. */
class AwsUnreachable extends CheckreinError {
  constructor(asked: string, cause: unknown) {
    const says = cause instanceof Error ? `${cause.name}: ${cause.message}` : 'unknown error';
    super(
      'AwsUnreachable',
      `${asked} failed. ${says}`,
      'Check AWS_PROFILE or your credentials, AWS_REGION, and your rights.',
      cause,
    );
  }
}

/** Asks AWS something on an operator's behalf; a failure is a sentence. */
export const askAws = async <T>(what: string, ask: () => Promise<T>): Promise<T> => {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof CheckreinError) throw error;
    throw new AwsUnreachable(what, error);
  }
};

/** A stack by its name, with its outputs if they are those of Checkrein; nothing where there is none. */
export const stackNamed = (
  name: string,
): Promise<{ status: string; deployment: Deployment | undefined; problem: string } | undefined> =>
  askAws('cloudformation:DescribeStacks', async () => {
    try {
      const { Stacks } = await new CloudFormationClient({}).send(new DescribeStacksCommand({ StackName: name }));
      const [stack] = Stacks ?? [];
      if (stack === undefined) return undefined;
      const outputs = StackOutputs.safeParse(
        Object.fromEntries((stack.Outputs ?? []).map((one) => [one.OutputKey, one.OutputValue])),
      );
      const problem = outputs.success ? '' : z.prettifyError(outputs.error);
      return { status: stack.StackStatus ?? 'unknown', deployment: outputs.data, problem };
    } catch (error) {
      if (error instanceof Error && error.name === 'ValidationError') return undefined;
      throw error;
    }
  });

/** Finds a deployed stack and reads its outputs. */
export const findDeployment = async (stack: string): Promise<Deployment> => {
  const found = await stackNamed(stack);
  if (found === undefined)
    throw new InputError(
      '--stack',
      `there is no stack ${stack} in this account and Region`,
      'the name of a deployed Checkrein stack',
    );
  if (found.deployment === undefined)
    throw new InputError(
      '--stack',
      `${stack} is not a Checkrein stack of this version: ${found.problem}`,
      'a stack that `cdk deploy` of this project made',
    );
  return found.deployment;
};

/** Who is asking, as CloudTrail will name them: what is written down with a reset or a flip of the switch. */
export const callerArn = async (): Promise<string> => {
  const { Arn } = await askAws('sts:GetCallerIdentity', () => new STSClient({}).send(new GetCallerIdentityCommand({})));
  return Arn ?? 'unknown';
};

/** A reason that somebody will read at the next incident. */
export const requiredReason = (reason: string | undefined): string => {
  const given = reason?.trim() ?? '';
  if (given.length < 10)
    throw new InputError(
      '--reason',
      given === '' ? 'not given' : `${JSON.stringify(given)} says too little`,
      'a sentence of at least 10 characters: it is kept',
    );
  return given;
};
