import { budgetsHold, freezesHold, ratesHold, readOnlyProposesNothing, switchStopsChanges } from './limits.ts';
import {
  breakersHold,
  grantsAreSingleUse,
  noChangeAfterItsResult,
  noChangeTwice,
  noChangeWithoutGrant,
  oneIncidentAtATime,
  rejectedIsNeverApplied,
  rollbacksAreAskedFor,
} from './changes.ts';
import type { Invariant } from './invariant.ts';
import {
  everyCallIsAnswered,
  everyRunEndsInClose,
  everythingIsOnTheTrace,
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
  secretsStaySecret,
];
