import type { JsonObject } from '../../contracts/json.ts';
import type { DryRunCheck } from '../../contracts/plan.ts';
import { CloudError } from '../../contracts/errors.ts';
import type { Cloud } from '../../contracts/ports.ts';

/** Asks EC2 whether it would make a call, without making it. `DryRun` covers permission and syntax, not capacity. */
export const ec2DryRun = async (change: Cloud, command: string, input: JsonObject): Promise<DryRunCheck> => {
  const name = `ec2:${command}`;
  try {
    await change.send({ service: 'ec2', command, input: { ...input, DryRun: true } });
  } catch (error) {
    if (error instanceof CloudError) return { name, ...outcomeOf(error) };
    throw error;
  }
  // EC2 always answers a dry run with an error. A plain answer means that the flag was not honoured.
  return { name, outcome: 'refused', detail: 'This endpoint ignored DryRun and may have made the call.' };
};

const outcomeOf = ({ code, awsMessage }: CloudError): Omit<DryRunCheck, 'name'> => {
  switch (code) {
    case 'DryRunOperation':
      return { outcome: 'passed', detail: 'Permission and syntax are fine (native dry run); capacity is not checked.' };
    case 'UnauthorizedOperation':
      return { outcome: 'refused', detail: `Not permitted: ${withoutEncodedMessage(awsMessage)}` };
    case 'IncorrectInstanceState':
      return {
        outcome: 'unknown',
        detail: `AWS checks this call only in the state that the earlier calls lead to: ${awsMessage}`,
      };
    default:
      return { outcome: 'refused', detail: `${code}: ${awsMessage}` };
  }
};

/** The encoded part can only be read with a right that no step has; the sentence before it names action and resource. */
const withoutEncodedMessage = (message: string): string =>
  message.replace(/\s*Encoded authorization failure message:.*$/s, '');
