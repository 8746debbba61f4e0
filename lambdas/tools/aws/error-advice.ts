/** What the model can do about an AWS error, by error code. For other codes it reads AWS's own message. */
const ADVICE: Readonly<Record<string, string>> = {
  InsufficientInstanceCapacity:
    'AWS has no such capacity in that Availability Zone right now. Pick another instance type, or another zone.',
  InstanceLimitExceeded:
    'The account is at its quota for running instances. A human has to raise it; choose something that needs no more instances.',
  VcpuLimitExceeded: 'The account is at its vCPU quota for this family. Choose a smaller type or another family.',
  Unsupported: 'This configuration is not supported where the target runs. Choose another type.',
  OperationNotPermitted:
    'A setting of the target forbids this, such as its stop protection. Only a human can change it; choose something else.',
  IncorrectInstanceState:
    'The instance is not in a state that allows this, perhaps on its way to another. Wait, then look at it again before you propose anything.',
  'InvalidInstanceID.NotFound':
    'There is no such instance in this account and Region. Check the id against the evidence.',
  'InvalidInstanceID.Malformed': 'That is not an instance id. Take it from the evidence.',
  ScalingActivityInProgress:
    'The group is still busy with an earlier scaling activity. Observe it and try again later.',
  ResourceNotFoundException:
    'There is no such thing in this account and Region, or no longer. Check its name against the evidence.',
  RequestLimitExceeded: 'AWS throttles this call. Try again in a later turn.',
  Throttling: 'AWS throttles this call. Try again in a later turn.',
};

/** Somebody else's change of the same thing is still under way, or too many calls like this one are. */
const CONFLICTS: ReadonlySet<string> = new Set([
  'ConcurrentModificationException',
  'ConflictException',
  'IncorrectState',
  'InvalidState',
  'LimitExceededException',
  'OperationAbortedException',
  'OperationInProgressException',
  'ResourceConflictException',
  'ResourceContention',
  'ResourceInUse',
  'ResourceInUseException',
]);
const LATER = 'Something else is still under way there. Wait, observe again, and try again later.';

/** Codes that services use for a missing permission, and for other refusals too. */
const DENIALS: ReadonlySet<string> = new Set(['AccessDenied', 'AccessDeniedException']);
const NO_PERMISSION = 'The role may not do this. Only a human can change its permissions; do not try again.';
/** What AWS writes, and what a decoded authorization message says. */
const ABOUT_PERMISSION =
  /\bnot authorized\b|authorization failure|\b(explicit(ly)?|with an explicit) deny\b|denies it explicitly|\bno [\w-]+ policy allows\b|\bno policy allows\b|\baccess (is |was )?denied\b|\bpermissions?\b/i;
const ABOUT_SOMETHING_ELSE = /\bnot supported\b|\bunsupported\b|\bnot available\b/i;

const isAboutPermission = (code: string, message: string): boolean =>
  code === 'UnauthorizedOperation' ||
  /authorization failure|not authorized to/i.test(message) ||
  (DENIALS.has(code) && ABOUT_PERMISSION.test(message) && !ABOUT_SOMETHING_ELSE.test(message));

/** What the model can do about an AWS error; undefined where AWS's own message has to do. */
export const adviceOn = (code: string, message: string): string | undefined => {
  if (isAboutPermission(code, message)) return NO_PERMISSION;
  return ADVICE[code] ?? (CONFLICTS.has(code) ? LATER : undefined);
};
