import { apply, rollback } from '../apply/step.ts';
import type { ApplyPorts } from '../apply/ports.ts';
import { ChangeZoneInput } from '../../contracts/flow.ts';
import { dryRun } from '../dry-run/step.ts';
import { contractBroken } from '../../contracts/errors.ts';
import { runStep } from '../../runtime/step.ts';

/**
 * The three steps that need the change role, in the one function that may assume it. EC2's dry run needs the same
 * permission as the change, so a separate dry-run function would be a second one that can change things
 * (docs/decisions/0002).
 */
export const changeZone = async (event: unknown, ports: ApplyPorts) => {
  const input = ChangeZoneInput.safeParse(event);
  if (!input.success) throw contractBroken(`The change zone has no such step: ${input.error.message}`);
  const { step, state } = input.data;
  switch (step) {
    case 'dry-run':
      return runStep(dryRun, state, ports);
    case 'apply':
      return runStep(apply, state, ports);
    case 'rollback':
      return runStep(rollback, state, ports);
  }
};
