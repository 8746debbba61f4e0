import { grantsAreSingleUse, noChangeWithoutGrant, rejectedIsNeverApplied } from './approvals.ts';
import { budgetsHold } from './budgets.ts';
import {
  breakersHold,
  noChangeAfterItsResult,
  noChangeTwice,
  oneIncidentAtATime,
  rollbacksAreAskedFor,
} from './changes.ts';
import type { Invariant } from './invariant.ts';
import { freezesHold, ratesHold, readOnlyProposesNothing, switchStopsChanges } from './limits.ts';
import {
  everyCallIsAnswered,
  everyRunEndsInClose,
  everythingIsOnTheTrace,
  numbersAreFound,
  secretsStaySecret,
  tracesVerify,
} from './records.ts';

/** What must hold whatever models, people, faults and retries do. */
export const INVARIANTS: readonly Invariant[] = [
  noChangeWithoutGrant,
  noChangeTwice,
  noChangeAfterItsResult,
  grantsAreSingleUse,
  rejectedIsNeverApplied,
  rollbacksAreAskedFor,
  oneIncidentAtATime,
  breakersHold,
  switchStopsChanges,
  freezesHold,
  ratesHold,
  budgetsHold,
  readOnlyProposesNothing,
  everyCallIsAnswered,
  everythingIsOnTheTrace,
  tracesVerify,
  everyRunEndsInClose,
  numbersAreFound,
  secretsStaySecret,
];
