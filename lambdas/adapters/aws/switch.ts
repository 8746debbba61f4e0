import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import * as z from 'zod';
import type { Switch } from '../../contracts/ports.ts';
import { CONNECTION } from './connection.ts';

const Position = z.enum(['on', 'propose-only', 'off']);

/** What the switch takes. */
interface SsmSwitchOptions {
  readonly client?: SSMClient;
  /** Told why the switch counts as `off` although nobody has turned it off. */
  readonly onUnreadable?: (reason: unknown) => void;
}

/** The kill switch in an SSM parameter. Whatever keeps it from being read, the answer is then `off`. */
export const ssmSwitch = (
  parameter: string,
  { client = new SSMClient(CONNECTION), onUnreadable }: SsmSwitchOptions = {},
): Switch => ({
  read: async () => {
    try {
      const { Parameter } = await client.send(new GetParameterCommand({ Name: parameter }));
      return Position.parse(Parameter?.Value?.trim());
    } catch (error) {
      onUnreadable?.(error);
      return 'off';
    }
  },
});
