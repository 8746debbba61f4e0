import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import * as z from 'zod';
import type { Switch } from '../../contracts/ports.ts';
import { CONNECTION } from './connection.ts';

const Position = z.enum(['on', 'propose-only', 'off']);

interface SsmSwitchOptions {
  readonly client?: SSMClient;
  /** Called with the reason when the switch cannot be read and therefore counts as `off`. */
  readonly onUnreadable?: (reason: unknown) => void;
}

/** The kill switch in an SSM parameter. If it cannot be read, it counts as `off`. */
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
