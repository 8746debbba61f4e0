/** What the model can do about an AWS error, by error code. For other codes it reads AWS's own message. */
export const ERROR_ADVICE: Readonly<Record<string, string>> = {
  InsufficientInstanceCapacity:
    'AWS has no such capacity in that Availability Zone right now. Pick another instance type, or another zone.',
  InstanceLimitExceeded:
    'The account is at its quota for running instances. A human has to raise it; choose something that needs no more instances.',
  VcpuLimitExceeded: 'The account is at its vCPU quota for this family. Choose a smaller type or another family.',
  Unsupported: 'This configuration is not supported where the target runs. Choose another type.',
  UnauthorizedOperation: 'The change role may not do this. Only a human can change its permissions; do not try again.',
  AccessDenied: 'The role may not do this. Only a human can change its permissions; do not try again.',
  AccessDeniedException: 'The role may not do this. Only a human can change its permissions; do not try again.',
  IncorrectInstanceState:
    'The instance is not in a state that allows this. Look at it again before you propose anything.',
  'InvalidInstanceID.NotFound':
    'There is no such instance in this account and Region. Check the id against the evidence.',
  'InvalidInstanceID.Malformed': 'That is not an instance id. Take it from the evidence.',
  ScalingActivityInProgress:
    'The group is still busy with an earlier scaling activity. Observe it and try again later.',
  RequestLimitExceeded: 'AWS throttles this call. Try again in a later turn.',
  Throttling: 'AWS throttles this call. Try again in a later turn.',
};
