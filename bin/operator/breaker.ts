import { dynamoLedger } from '../../lambdas/adapters/aws/ledger.ts';
import { ledgerClient } from '../../lambdas/adapters/aws/ledger-table.ts';
import { systemClock } from '../../lambdas/adapters/system.ts';
import { InputError } from '../../lambdas/contracts/errors.ts';
import { breakers, isScope, resetBreaker, type Breaker } from '../../lambdas/kernel/limits/breaker.ts';
import { refText } from '../../lambdas/kernel/trace/heading.ts';
import { plain, quoted, sentence, type PlainText } from '../../lambdas/kernel/trace/outside-text.ts';
import type { Ledger } from '../../lambdas/contracts/ports.ts';
import { findDeployment, requiredReason, callerArn, type DeploymentFlags } from './deployment.ts';
import { printer, printJson } from '../io/output.ts';
import { PROVIDERS } from '../../lambdas/providers/installed.ts';

export interface BreakerFlags extends DeploymentFlags {
  readonly reason?: string;
}

/** The ledger of a deployed stack. Rows written here expire like those of the stack. */
const deployedLedger = async ({ stack }: DeploymentFlags): Promise<Ledger> =>
  dynamoLedger(ledgerClient(), (await findDeployment(stack)).LedgerTable, 400);

const lineOf = ({
  scope,
  tripped,
  policy,
  reason,
  at,
  incidentId,
  reset: resetDeployedBreaker,
}: Breaker): PlainText[] => [
  plain`${tripped ? plain`TRIPPED` : plain`closed `}  ${refText(scope)}`,
  plain`         tripped ${at} by ${policy} in incident ${incidentId}: ${sentence(reason)}`,
  ...(resetDeployedBreaker === null
    ? []
    : [
        plain`         reset ${resetDeployedBreaker.at} by ${resetDeployedBreaker.by}: ${quoted(resetDeployedBreaker.reason, 1000)}`,
      ]),
];

/** Lists the breakers, tripped ones first. */
export const listDeployedBreakers = async (flags: BreakerFlags): Promise<void> => {
  const all = (await breakers(await deployedLedger(flags))).toSorted((a, b) => Number(b.tripped) - Number(a.tripped));
  if (flags.json === true) {
    printJson(all);
    return;
  }
  const print = printer(false);
  if (all.length === 0) print(plain`No breaker was ever tripped.`);
  for (const line of all.flatMap(lineOf)) print(line);
};

/** Resets a tripped breaker. */
export const resetDeployedBreaker = async (scope: string, flags: BreakerFlags): Promise<void> => {
  const reason = requiredReason(flags.reason);
  if (!isScope(scope, PROVIDERS))
    throw new InputError(
      '<scope>',
      `${JSON.stringify(scope)} is neither one target nor an agent`,
      'the ARN or ref of a target, or agent:<name>, as `checkrein breaker list` prints it',
    );
  const ledger = await deployedLedger(flags);
  const done = await resetBreaker(ledger, scope, { by: await callerArn(), reason, at: systemClock.now() });
  if (done === undefined)
    throw new InputError(
      '<scope>',
      `the breaker of ${scope} is not tripped`,
      'one that `checkrein breaker list` shows as TRIPPED',
    );
  if (flags.json === true) printJson(done);
  else for (const line of lineOf(done)) printer(false)(line);
};
