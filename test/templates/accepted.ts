/** A rule of a checker that our templates break on purpose, where, and why. */
export interface Accepted {
  readonly rule: string;
  /** Logical ids or types of the resources. */
  readonly where: RegExp;
  readonly why: string;
}

/** What the checkers may find. Anything else fails the run, and so does an entry that nothing matches any more. */
export const ACCEPTED: readonly Accepted[] = [
  {
    rule: 'W3005',
    where: /./,
    why: 'CDK adds the dependency of a function on its role although the template refers to it anyway. It does no harm.',
  },
  {
    rule: 'CKV_AWS_7',
    where: /^AWS::KMS::Key\.(ApprovalDesk(Link|Grant|Unattended)Key|LedgerSealKey)/,
    why: 'KMS rotates symmetric encryption keys only; these are HMAC and signing keys. The encryption key rotates.',
  },
  {
    rule: 'CKV_AWS_27',
    where: /^AWS::SQS::Queue\./,
    why: 'The queue is encrypted with the key of SQS. EventBridge delivers without further rights, and no secret is in an event.',
  },
  {
    rule: 'CKV_AWS_111',
    where: /^AWS::IAM::Policy\.Steps/,
    why: 'Actions without resource-level permissions (X-Ray). test/lib/least-privilege.test.ts names every wildcard and its reason.',
  },
  {
    rule: 'CKV_AWS_115',
    where: /^AWS::Lambda::Function\./,
    why: 'A new account has a quota of 10, where any reservation fails the deployment. `pageConcurrency` limits the public page.',
  },
  {
    rule: 'CKV_AWS_116',
    where: /^AWS::Lambda::Function\./,
    why: 'Step Functions invokes the steps and catches their errors. The only asynchronous one, Stopped, has a queue.',
  },
  {
    rule: 'CKV_AWS_117',
    where: /^AWS::Lambda::Function\./,
    why: 'The setting `network` puts the functions into a VPC. Without one they call only AWS and the model, over TLS.',
  },
  {
    rule: 'CKV_AWS_149',
    where: /^AWS::SecretsManager::Secret\./,
    why: 'The key for the model is encrypted with the key of Secrets Manager, and only Decide may read it.',
  },
  {
    rule: 'CKV_AWS_158',
    where: /^AWS::Logs::LogGroup\./,
    why: 'Logs are encrypted with the key of CloudWatch Logs. They contain no evidence, no task token and no link.',
  },
  {
    rule: 'CKV_AWS_173',
    where: /^AWS::Lambda::Function\./,
    why: 'Environment variables hold names of resources, and no secret (test/lib/surface.test.ts).',
  },
  {
    rule: 'CKV_AWS_258',
    where: /^AWS::Lambda::Url\./,
    why: 'Approvers come from a mail and cannot sign requests. The link is the authentication (decision 11).',
  },
];
