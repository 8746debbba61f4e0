import { apply, rollback } from '../apply/step.ts';
import type { ApplyPorts } from '../apply/ports.ts';
import { ChangeZoneInput } from '../../contracts/flow.ts';
import { dryRun } from '../dry-run/step.ts';
import { ERROR } from '../../contracts/error-names.ts';
import { contractBroken, StepError } from '../../contracts/errors.ts';
import { runStep } from '../../runtime/step.ts';

/**
 * The three steps that need the change role, in the one function that may assume it. EC2's dry run needs the same
 * permission as the change, so a separate dry-run function would be a second one that can change things
 * (docs/decisions/0002).
 */
export const changeZone = async (event: unknown, ports: ApplyPorts) => {
  const input = ChangeZoneInput.safeParse(event);
  if (!input.success) throw contractBroken(`The change zone has no such step: ${input.error.message}`);
  const { step, state, waits } = input.data;
  if (step === 'dry-run') return runStep(dryRun, state, ports);
  const output = step === 'apply' ? await runStep(apply, state, ports) : await runStep(rollback, state, ports);
  if (output.next === step && !waits) throw cannotWait();
  return output;
};

/** An execution that began before there were states to wait in has a retrier for this error, which waits just as well. */
const cannotWait = (): StepError =>
  new StepError(ERROR.applyInFlight, 'The change is in progress.', 'Try again later; the state machine does.');
