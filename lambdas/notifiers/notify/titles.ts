import type { Moment, MomentKind } from '../../contracts/moment.ts';

/** What a moment is, in a few words. */
export const titleOf = (moment: Moment): string => {
  switch (moment.moment) {
    case 'approval.decided':
      return ENDED[moment.moment][moment.outcome];
    case 'change.applied':
    case 'change.rolled-back':
      return ENDED[moment.moment][moment.outcome];
    case 'change.verified':
      return ENDED[moment.moment][moment.outcome];
    case 'incident.closed':
      return ENDED[moment.moment][moment.outcome];
    default:
      return TITLES[moment.moment];
  }
};

const TITLES: Readonly<Record<Exclude<MomentKind, Ended['moment']>, string>> = {
  'incident.opened': 'Incident opened',
  'incident.joined': 'Another alarm joined an incident',
  'change.proposed': 'Change proposed',
  'approval.asked': 'Approval needed',
  'approval.reminded': 'Reminder: approval needed',
  'approval.escalated': 'Escalated: approval needed',
};

/** Moments at which something ended. The outcome is what people want to read first. */
type Ended = Extract<Moment, { outcome: string }>;
type Outcomes = { readonly [M in Ended as M['moment']]: Readonly<Record<M['outcome'], string>> };

const ENDED: Outcomes = {
  'approval.decided': { granted: 'Approved', denied: 'Denied', expired: 'Approval expired' },
  'change.applied': { applied: 'Change applied', failed: 'Change failed', unknown: 'Change: result unknown' },
  'change.verified': {
    healed: 'Change helped',
    unhealed: 'Change did not help',
    worse: 'Change made it worse',
    inconclusive: 'Change: effect unknown',
  },
  'change.rolled-back': { applied: 'Rolled back', failed: 'Rollback failed', unknown: 'Rollback: result unknown' },
  'incident.closed': {
    healed: 'Incident closed: healed',
    diagnosed: 'Incident closed: diagnosed',
    escalated: 'Incident closed: escalated',
    unrouted: 'Incident closed: no agent took it',
    'switched-off': 'Incident closed: switched off',
    failed: 'Incident closed: failed',
  },
};
