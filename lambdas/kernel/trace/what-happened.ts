import { isDeepStrictEqual } from 'node:util';
import type { Alarm } from '../../contracts/alarm.ts';
import type { EventData, TraceEvent } from '../../contracts/events.ts';
import { followUpLines } from './follow-up-text.ts';
import { refText } from './heading.ts';
import { plain, type PlainText } from './outside-text.ts';
import { planOutcome } from './plan-outcome.ts';
import { minuteOf } from './plan-text.ts';
import { allOf, lastOf, plansOf } from './queries.ts';
import { subjectOf } from './subject.ts';
import { howItEnds } from './subject-text.ts';

/**
 * What happened in an incident, in sentences of our code: what was changed, who decided about each plan and why, and how
 * the alarm was last seen, or that no alarm watches its subject. Every report, mail and page says this first. What the agent claims has no part in it. `underWay`:
 * the incident still runs, as the page shows it.
 */
export const whatHappened = (events: readonly TraceEvent[], underWay = false): PlainText[] => {
  const started = allOf(events, 'apply.started');
  const plans = plansOf(events).filter(({ digest }, at, all) => all.findIndex((one) => one.digest === digest) === at);
  const isStarted = (digest: string): boolean => started.some(({ data }) => data.digest === digest);
  return [
    ...(started.length > 0 ? [] : [underWay ? plain`Nothing has been changed so far.` : plain`Nothing was changed.`]),
    ...plans.filter(({ digest }) => isStarted(digest)).map((planned) => planOutcome(events, planned, underWay)),
    ...started
      .filter(({ data }) => !plans.some(({ digest }) => digest === data.digest))
      .map(
        ({ at, data }) =>
          plain`${data.tool} was started on ${refText(data.targetArn)} at ${minuteOf(at)}, without a plan.`,
      ),
    ...plans.filter(({ digest }) => !isStarted(digest)).map((planned) => planOutcome(events, planned, underWay)),
    ...subjectLine(events, underWay),
    ...followUpLines(events),
  ];
};

interface Sighting {
  readonly at: string;
  readonly state: string;
}

const STATE = /^(OK|ALARM|INSUFFICIENT_DATA)\b/;

/** The state of the alarm in a text of ours that begins with its name, such as "cpu is OK." */
const stateIn = (text: string, name: string): string | undefined => {
  const before = `${name} is `;
  return text.startsWith(before) ? STATE.exec(text.slice(before.length))?.[1] : undefined;
};

/** Whether this evidence is what our tool answered about the alarm of that name, and not about one of a similar name. */
const isLookAt = ({ tool, outcome, input }: EventData<'evidence.gathered'>, alarm: string): boolean =>
  tool === 'describe_alarm' && outcome === 'ok' && isDeepStrictEqual(input, { alarm });

/** When our code read the state of this alarm: in the evidence of `describe_alarm`, and after a change. */
const sightingsOf = (events: readonly TraceEvent[], name: string): Sighting[] =>
  events.flatMap((event): Sighting[] => {
    const states =
      event.kind === 'evidence.gathered' && isLookAt(event.data, name)
        ? [stateIn(event.data.text, name)]
        : event.kind === 'change.verified'
          ? event.data.findings.map((finding) => (finding.name === 'alarm' ? stateIn(finding.detail, name) : undefined))
          : [];
    return states.flatMap((state) => (state === undefined ? [] : [{ at: event.at, state }]));
  });

const subjectLine = (events: readonly TraceEvent[], underWay: boolean): PlainText[] => {
  const opening = lastOf(events, 'incident.opened');
  if (opening === undefined) return [];
  const subject = subjectOf(opening);
  // How a change would be judged matters to those who wait for one. That an event may go on matters to everybody.
  const judged = underWay || subject.kind === 'event' || lastOf(events, 'apply.started') !== undefined;
  const unwatched = judged ? howItEnds(subject) : undefined;
  return [
    ...(unwatched === undefined ? [] : [unwatched]),
    ...(subject.alarm === null ? [] : [alarmLine(events, subject.alarm, underWay)]),
  ];
};

const alarmLine = (events: readonly TraceEvent[], alarm: Alarm, underWay: boolean): PlainText => {
  const seen = sightingsOf(events, alarm.name).at(-1);
  if (seen === undefined) {
    const later = underWay ? '' : plain` How it was later is unknown.`;
    return plain`The alarm was raised at ${minuteOf(alarm.since)}.${later}`;
  }
  const state = seen.state === 'ALARM' ? plain`in ALARM` : plain`${seen.state}`;
  return plain`The alarm was last seen ${state} at ${minuteOf(seen.at)}.`;
};
