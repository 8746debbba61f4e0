import { CloudFormationClient, DescribeStacksCommand, type Output } from '@aws-sdk/client-cloudformation';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import * as z from 'zod';
import { CheckreinError, InputError } from '../../lambdas/contracts/errors.ts';
import { describedOutput } from '../../lambdas/contracts/stack-outputs.ts';

/** Flags of every command for a deployed stack. Credentials and Region come from the SDK's defaults. */
export interface DeploymentFlags {
  readonly stack: string;
  readonly json?: boolean;
}

/** The outputs of a deployed stack. */
const StackOutputs = z.object({
  SwitchParameter: z.string(),
  LedgerTable: z.string(),
  /** Absent if models run on Bedrock. */
  ModelKeySecret: z.string().optional(),
  /** Absent in a stack that an earlier version deployed. */
  SealKey: z.string().optional(),
  FlowArn: z.string(),
  StartArn: z.string(),
  /** Absent in a stack that an earlier version deployed. */
  DoctorAlarmName: z.string().optional(),
  ApproversTopic: z.string(),
  /** Absent in a stack that an earlier version deployed: reports go to the approvers' topic there. */
  ReportsTopic: z.string().optional(),
  ApprovalPage: z.string(),
  /** Absent if no approver has an IAM identity. */
  DecideUrl: z.string().optional(),
});
export type Deployment = z.infer<typeof StackOutputs>;

/** A call to AWS failed: no credentials, Region, permission or network. */
class AwsUnreachable extends CheckreinError {
  constructor(asked: string, cause: unknown) {
    const says = cause instanceof Error ? `${cause.name}: ${cause.message}` : 'unknown error';
    super(
      'AwsUnreachable',
      `${asked} failed. ${says}`,
      'Check AWS_PROFILE or your credentials, AWS_REGION, and your permissions.',
      cause,
    );
  }
}

/** Makes a call with the operator's credentials. Failures become errors with advice. */
export const askAws = async <T>(what: string, ask: () => Promise<T>): Promise<T> => {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof CheckreinError) throw error;
    throw new AwsUnreachable(what, error);
  }
};

/** A stack by name, with its outputs if they are those of Checkrein. Undefined if there is no such stack. */
export const stackNamed = (
  name: string,
): Promise<{ status: string; deployment: Deployment | undefined; problem: string } | undefined> =>
  askAws('cloudformation:DescribeStacks', async () => {
    try {
      const { Stacks } = await new CloudFormationClient({}).send(new DescribeStacksCommand({ StackName: name }));
      const [stack] = Stacks ?? [];
      if (stack === undefined) return undefined;
      const outputs = StackOutputs.safeParse(outputsOf(name, stack.Outputs ?? []));
      const problem = outputs.success ? '' : z.prettifyError(outputs.error);
      return { status: stack.StackStatus ?? 'unknown', deployment: outputs.data, problem };
    } catch (error) {
      if (error instanceof Error && error.name === 'ValidationError') return undefined;
      throw error;
    }
  });

/**
 * The values of Checkrein's outputs by name, whatever else is in the stack. A stack that an earlier version deployed has no
 * descriptions: there the keys are the names.
 */
const outputsOf = (stack: string, outputs: readonly Output[]): Record<string, string | undefined> => {
  const described = outputs.flatMap(({ Description = '', OutputValue }) => {
    const found = describedOutput(Description);
    return found === undefined ? [] : [{ ...found, OutputValue }];
  });
  if (described.length === 0)
    return Object.fromEntries(outputs.map(({ OutputKey = '', OutputValue }) => [OutputKey, OutputValue]));
  const constructs = [...new Set(described.map(({ construct }) => construct))].toSorted();
  if (constructs.length > 1)
    throw new InputError(
      '--stack',
      `${stack} has the outputs of ${constructs.length} Checkreins: ${constructs.join(', ')}`,
      'a stack with one Checkrein; `cdk synth` refuses a second',
    );
  return Object.fromEntries(described.map(({ output, OutputValue }) => [output, OutputValue]));
};

/** Finds a deployed stack and reads its outputs. */
export const findDeployment = async (stack: string): Promise<Deployment> => {
  const found = await stackNamed(stack);
  if (found === undefined)
    throw new InputError(
      '--stack',
      `there is no stack ${stack} in this account and Region`,
      'the name of a deployed stack with Checkrein in it',
    );
  if (found.deployment === undefined)
    throw new InputError(
      '--stack',
      `${stack} has no Checkrein of this version in it: ${found.problem}`,
      'a stack with Checkrein in it, deployed by `cdk deploy`',
    );
  return found.deployment;
};

/** The caller's ARN, as CloudTrail shows it. It is recorded with a breaker reset or a change of the switch. */
export const callerArn = async (): Promise<string> => {
  const { Arn } = await askAws('sts:GetCallerIdentity', () => new STSClient({}).send(new GetCallerIdentityCommand({})));
  return Arn ?? 'unknown';
};

/** The reason given, which must be a sentence: somebody will read it at the next incident. */
export const requiredReason = (reason: string | undefined): string => {
  const given = reason?.trim() ?? '';
  if (given.length < 10)
    throw new InputError(
      '--reason',
      given === '' ? 'not given' : `${JSON.stringify(given)} is too short`,
      'a sentence of at least 10 characters; it is recorded',
    );
  return given;
};
