import { FAMILY, type RowKey } from '../../contracts/ledger-keys.ts';

/** The counter rows of the day: one for the agent, one for the account. */
export const dayKeys = (agent: string, now: Date): { agent: RowKey; account: RowKey } => {
  const day = now.toISOString().slice(0, 10);
  return {
    agent: { family: FAMILY.budget, id: `agent#${agent}#${day}` },
    account: { family: FAMILY.budget, id: `account#${day}` },
  };
};
