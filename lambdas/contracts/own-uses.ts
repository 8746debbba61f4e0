/**
 * What the functions that run tools do with Checkrein's own resources themselves: the ledger, its keys, the kill switch. IAM denies them
 * everything else there. These it cannot deny, so a tool that declares one of them for its reads is refused, but for the last.
 */
export const OWN_USES = [
  'dynamodb:GetItem',
  'dynamodb:PutItem',
  'dynamodb:Query',
  'dynamodb:UpdateItem',
  'kms:Decrypt',
  'kms:Encrypt',
  'kms:GenerateDataKey',
  'kms:GenerateMac',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
  'kms:VerifyMac',
  'ssm:GetParameter',
  // Tells what a key is for, and nothing that it protects.
  'kms:DescribeKey',
] as const;
