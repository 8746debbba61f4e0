import { approversGetReceipts, grantsAreSingleUse, noChangeWithoutGrant, rejectedIsNeverApplied } from './approvals.ts';
import { budgetsHold } from './budgets.ts';
import {
  breakersHold,
  noChangeAfterItsResult,
  noChangeTwice,
  oneIncidentAtATime,
  rollbacksAreAskedFor,
} from './changes.ts';
import { clusterConfines, nothingStaysOurs, requestsStayInReach, rollbacksRestore, writtenOnce } from './clusters.ts';
import { acceptedPlansAreTrue, firstLinesAreTrue } from './conclusions.ts';
import { factsOfNowCount, reasonsStillHold } from './facts.ts';
import { noneLeftStopped, waitsEnd } from './in-progress.ts';
import type { Invariant } from './invariant.ts';
import { freezesHold, ratesHold, readOnlyProposesNothing, switchStopsChanges } from './limits.ts';
import { momentsAreSafe, momentsAreTold } from './moments.ts';
import { movedIsNeverApplied } from './moved-targets.ts';
import {
  everyCallIsAnswered,
  everyRunEndsInClose,
  everythingIsOnTheTrace,
  numbersAreFound,
  secretsStaySecret,
  tracesVerify,
} from './records.ts';
import { questionsNeedTwoPeople } from './questions.ts';
import {
  everyAlarmLeavesARecord,
  noAlarmIsForgotten,
  oneIncidentAResource,
  stormsAreBounded,
  whatJoinsCostsNothing,
} from './storms.ts';
import { policyAloneIsKept } from './unattended.ts';

/** What must hold whatever models, people, faults and retries do. */
export const INVARIANTS: readonly Invariant[] = [
  noChangeWithoutGrant,
  noChangeTwice,
  noChangeAfterItsResult,
  waitsEnd,
  noneLeftStopped,
  grantsAreSingleUse,
  rejectedIsNeverApplied,
  movedIsNeverApplied,
  approversGetReceipts,
  rollbacksAreAskedFor,
  oneIncidentAtATime,
  breakersHold,
  switchStopsChanges,
  freezesHold,
  ratesHold,
  factsOfNowCount,
  reasonsStillHold,
  budgetsHold,
  readOnlyProposesNothing,
  everyCallIsAnswered,
  everythingIsOnTheTrace,
  tracesVerify,
  everyRunEndsInClose,
  numbersAreFound,
  secretsStaySecret,
  policyAloneIsKept,
  acceptedPlansAreTrue,
  firstLinesAreTrue,
  questionsNeedTwoPeople,
  noAlarmIsForgotten,
  everyAlarmLeavesARecord,
  oneIncidentAResource,
  stormsAreBounded,
  whatJoinsCostsNothing,
  requestsStayInReach,
  clusterConfines,
  writtenOnce,
  nothingStaysOurs,
  rollbacksRestore,
  momentsAreTold,
  momentsAreSafe,
];
