import type { Moment, MomentChange } from '../../contracts/moment.ts';
import { isRequest } from './requests.ts';
import { titleOf } from './titles.ts';

/** A part of a notice. Lines and blocks may hold words from outside, so whoever renders them gives no sign in them a meaning. */
export type Part =
  | { readonly kind: 'lines'; readonly lines: readonly string[] }
  /** What would change. All of it, or none. */
  | { readonly kind: 'change'; readonly lines: readonly string[] }
  | { readonly kind: 'link'; readonly text: string; readonly url: string };

/** A message for people, before a channel gives it its form. */
export interface Notice {
  /** Words of ours. */
  readonly title: string;
  /** All of it in one sentence, which a phone shows without the title. */
  readonly says: string;
  readonly parts: readonly Part[];
}

/** What a link to the page of an approval is called. It leads to nobody's approval: whoever has it may ask for their own. */
export const OWN_LINK = 'To approve or deny, have your own link sent to you';

const TOO_LONG = 'The change is too long for this message. The page shows all of it.';

/** The notice of one moment. */
export const noticeOf = (moment: Moment): Notice => ({
  title: titleOf(moment),
  says: moment.says,
  parts: [...aboutParts(moment), ...partsOf(moment), { kind: 'lines', lines: [footerOf(moment)] }],
});

/** The same without what would change: for a channel in which it does not fit. */
export const withoutChange = (notice: Notice): Notice => ({
  ...notice,
  parts: notice.parts.map((part) => (part.kind === 'change' ? { kind: 'lines', lines: [TOO_LONG] } : part)),
});

/** A time as people read it. */
export const timeOf = (at: string): string => `${at.slice(0, 16).replace('T', ' ')} UTC`;

const partsOf = (moment: Moment): Part[] => {
  if (isRequest(moment))
    return [
      ...changeParts(moment.change),
      {
        kind: 'lines',
        lines: [
          `Asked: ${moment.approvers.join(', ')}`,
          `Needed: ${moment.needed} of them, until ${timeOf(moment.expiresAt)}`,
        ],
      },
      { kind: 'link', text: OWN_LINK, url: moment.page },
    ];
  switch (moment.moment) {
    case 'change.proposed':
      return changeParts(moment.change);
    case 'approval.decided':
      return [{ kind: 'lines', lines: [moment.change.heading, ...decidedBy(moment.by, moment.breakGlass)] }];
    case 'change.applied':
    case 'change.verified':
    case 'change.rolled-back':
      return [{ kind: 'lines', lines: [moment.change.heading, targetOf(moment.change)] }];
    case 'incident.closed':
      return moment.happened.length > 0 ? [{ kind: 'lines', lines: moment.happened }] : [];
    case 'incident.joined':
      return [{ kind: 'lines', lines: [`Joined: ${moment.joined}`] }];
    case 'incident.opened':
      return [];
  }
};

/** What an incident is about, where the sentence of the moment does not name it. */
const aboutParts = (moment: Moment): Part[] =>
  moment.moment === 'incident.opened' || moment.moment === 'incident.closed'
    ? []
    : [{ kind: 'lines', lines: [aboutOf(moment)] }];

/** What the incident of a moment is about, on a line. */
export const aboutOf = ({ subject: { kind, title } }: Moment): string => `About: ${kind} ${title}`;

const decidedBy = (by: readonly string[], breakGlass: boolean): string[] => [
  ...(by.length > 0 ? [`By: ${by.join(', ')}`] : []),
  ...(breakGlass ? ['A change freeze was overridden (break-glass).'] : []),
];

const changeParts = (change: MomentChange): Part[] => [
  {
    kind: 'lines',
    lines: [
      change.heading,
      targetOf(change),
      `Cost: ${change.cost}`,
      `Disruption: ${change.disruption}`,
      `Undo: ${change.rollback}`,
    ],
  },
  change.lines === null ? { kind: 'lines', lines: [TOO_LONG] } : { kind: 'change', lines: change.lines },
];

/** Where a change is made, on a line. */
export const targetOf = ({ target: { id, environment, account, region } }: MomentChange): string =>
  `Target: ${id} (${environment}, account ${account}, ${region})`;

const footerOf = ({ incidentId, agent, at, location }: Moment): string =>
  [
    `Incident ${incidentId}`,
    `agent ${agent}`,
    ...(location === null ? [] : [`account ${location.account}, ${location.region}`]),
    timeOf(at),
  ].join(' · ');
