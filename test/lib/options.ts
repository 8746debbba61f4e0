export const KEY = 'arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555';
export const BOUNDARY = 'arn:aws:iam::123456789012:policy/boundary';
export const network = { vpcId: 'vpc-0a1b2c3d', subnetIds: ['subnet-0a', 'subnet-0b'] };
/** Settings that use every option of the stack. */
export const EVERY_OPTION = {
  encryptionKeyArn: KEY,
  network,
  permissionsBoundaryArn: BOUNDARY,
  tags: { team: 'platform' },
};
