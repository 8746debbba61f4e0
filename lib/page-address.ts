import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnPermission, FunctionUrlAuthType } from 'aws-cdk-lib/aws-lambda';
import { type ApprovalPage, linkBase } from '../lambdas/contracts/approval-page.ts';
import type { CheckreinFunction } from './checkrein-function.ts';

/** Where the approval page is. */
interface PageAddress {
  /** What links in messages begin with. */
  readonly url: string;
  /** The address of the function, which a proxy of the team forwards to. Undefined if there is no proxy: it is `url` then. */
  readonly origin: string | undefined;
}

/**
 * Gives the page its URL: the only one of the stack that the Internet can reach. Approvers come from a message and cannot sign
 * requests; the signed link authenticates them, and the page checks it first. With the identity `iam`, Lambda refuses whatever
 * is not signed, and the team's CloudFront distribution signs.
 */
export const pageAddressOf = (page: CheckreinFunction, own: ApprovalPage | undefined): PageAddress => {
  const signed = own?.identity.kind === 'iam';
  const { url } = page.live.addFunctionUrl({
    authType: signed ? FunctionUrlAuthType.AWS_IAM : FunctionUrlAuthType.NONE,
  });
  if (own === undefined) return { url, origin: undefined };
  if (own.identity.kind === 'iam') admitDistribution(page, own.identity.distributionArn);
  return { url: `${linkBase(own.url)}/`, origin: url };
};

/** Lambda asks for both actions since October 2025. The second one is limited to calls through the URL. */
const admitDistribution = (page: CheckreinFunction, sourceArn: string): void => {
  const { service: principal } = new ServicePrincipal('cloudfront.amazonaws.com');
  const common = { functionName: page.live.functionArn, principal, sourceArn };
  new CfnPermission(page, 'DistributionUrl', {
    ...common,
    action: 'lambda:InvokeFunctionUrl',
    functionUrlAuthType: 'AWS_IAM',
  });
  new CfnPermission(page, 'DistributionInvoke', {
    ...common,
    action: 'lambda:InvokeFunction',
    invokedViaFunctionUrl: true,
  });
};

/** Lets the page have links sent: it may start that function and sign none itself. */
export const grantRequestLinks = (page: CheckreinFunction, sendLink: CheckreinFunction): void => {
  page.setEnv('sendLinkFunction', sendLink.live.functionArn);
  page.addToRolePolicy(
    new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [sendLink.live.functionArn] }),
  );
};
