import type { Moment } from '../../contracts/moment.ts';
import { aboutOf, noticeOf, OWN_LINK, targetOf, timeOf, type Notice, type Part } from './notice.ts';
import { byNeed } from './requests.ts';
import { titleOf } from './titles.ts';

/** Moments of one batch that are told one by one. More are told together. */
export const SINGLE = 5;
/** Requests in one digest at most: each has its own link. */
const REQUESTS = 20;
/** Other moments that get a line. The others are counted, and each is on its trace. */
const LINES = 40;

/**
 * Moments that came together, as messages to people: each its own, or digests where there are many. `fits`: whether a channel shows all
 * of a notice. What it does not show of a request would be lost, since the moment counts as told.
 */
export const messagesToPeople =
  (fits: (notice: Notice) => boolean) =>
  (moments: readonly Moment[]): Moment[][] => {
    if (moments.length <= SINGLE) return moments.map((one) => [one]);
    const { requests, urgent, others } = byNeed(moments);
    const [first = [], ...more] = groupsOf(requests, (group) => fits(noticeOfAll(group)));
    return [[...first, ...urgent, ...others], ...more];
  };

/** Requests in their order, as many together as fit; one that does not fit is alone. */
const groupsOf = (requests: readonly Moment[], fits: (group: readonly Moment[]) => boolean): Moment[][] => {
  const groups: Moment[][] = [];
  for (const one of requests) {
    const last = groups.at(-1);
    if (last !== undefined && last.length < REQUESTS && fits([...last, one])) last.push(one);
    else groups.push([one]);
  }
  return groups;
};

/** Parts of a list, none longer than that. */
export const sliced = <T>(all: readonly T[], most: number): T[][] =>
  Array.from({ length: Math.ceil(all.length / most) }, (_, at) => all.slice(at * most, (at + 1) * most));

/** The notice of one message: of a moment, or of many with those first that need people. */
export const noticeOfAll = (moments: readonly Moment[]): Notice => {
  const [only] = moments;
  if (only !== undefined && moments.length === 1) return noticeOf(only);
  const { requests, urgent, others } = byNeed(moments);
  const rest = [...urgent, ...others];
  const shown = rest.slice(0, LINES).map(({ incidentId, says }) => `${says} (${incidentId})`);
  const more =
    rest.length > shown.length
      ? [`… and ${rest.length - shown.length} more. Each is on the trace of its incident.`]
      : [];
  const needed = requests.length > 0 ? `Approvals needed: ${requests.length}` : undefined;
  return {
    title: needed ?? `${moments.length} moments at once`,
    says: `${needed === undefined ? '' : `${needed}. `}${moments.length} moments of ${incidentsIn(moments)} came at once, so this is one message for all: ${countsOf(moments)}.`,
    parts: [
      ...requests.flatMap((one): Part[] => [
        {
          kind: 'lines',
          lines: [
            one.says,
            aboutOf(one),
            targetOf(one.change),
            `Needed: ${one.needed} of ${one.approvers.join(', ')}, until ${timeOf(one.expiresAt)}`,
          ],
        },
        { kind: 'link', text: OWN_LINK, url: one.page },
      ]),
      ...(shown.length > 0 ? [{ kind: 'lines', lines: [...shown, ...more] } satisfies Part] : []),
    ],
  };
};

const incidentsIn = (moments: readonly Moment[]): string => {
  const { size } = new Set(moments.map(({ incidentId }) => incidentId));
  return `${size} ${size === 1 ? 'incident' : 'incidents'}`;
};

const countsOf = (moments: readonly Moment[]): string =>
  [...Map.groupBy(moments, titleOf)].map(([title, all]) => `${all.length} × ${title}`).join(', ');
