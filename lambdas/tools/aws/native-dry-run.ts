import { ended } from '../../contracts/cloud-call.ts';
import type { JsonObject } from '../../contracts/json.ts';
import type { DryRunCheck } from '../../contracts/plan.ts';
import { CloudError } from '../../contracts/errors.ts';
import type { Cloud } from '../../contracts/ports.ts';
import { adviceOn } from './error-advice.ts';

/** Where a call stands in its change: the state that a later one needs is made by those before it. */
type Place = 'first' | 'later';

/** Makes a call with `DryRun`, which checks permissions and syntax but not capacity. */
export const ec2DryRun = async (
  change: Cloud,
  command: string,
  input: JsonObject,
  place: Place = 'later',
): Promise<DryRunCheck> => {
  const name = `ec2:${command}`;
  try {
    await change.send({ service: 'ec2', command, input: { ...input, DryRun: true } });
  } catch (error) {
    if (error instanceof CloudError) return { name, ...outcomeOf(error, place) };
    throw error;
  }
  // EC2 always answers a dry run with an error. A success means that the flag was ignored.
  return { name, outcome: 'refused', detail: 'This endpoint ignored DryRun and may have made the call.' };
};

const outcomeOf = ({ code, awsMessage }: CloudError, place: Place): Omit<DryRunCheck, 'name'> => {
  switch (code) {
    case 'DryRunOperation':
      return { outcome: 'passed', detail: 'Permission and syntax are fine (native dry run); capacity is not checked.' };
    case 'UnauthorizedOperation':
      return { outcome: 'refused', detail: `Not permitted: ${withoutEncodedMessage(awsMessage)}` };
    case 'IncorrectInstanceState':
      if (place === 'later')
        return {
          outcome: 'unknown',
          detail: `AWS can check this call only after the calls before it were made: ${awsMessage}`,
        };
      break;
  }
  const advice = adviceOn(code, awsMessage);
  const detail = `${code}: ${awsMessage}`;
  return { outcome: 'refused', detail: advice === undefined ? detail : `${ended(detail)} ${advice}` };
};

/** No step may decode the encoded part here. The sentence before it names action and resource. */
const withoutEncodedMessage = (message: string): string =>
  message.replace(/\s*Encoded authorization failure message:.*$/s, '');
