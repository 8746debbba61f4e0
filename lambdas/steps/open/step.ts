import * as z from 'zod';
import type { Agent } from '../../contracts/agent.ts';
import type { Outcome } from '../../contracts/conclusion.ts';
import type { DoctorRun } from '../../contracts/doctor-run.ts';
import type { EventData } from '../../contracts/events.ts';
import type { RecordedSubject } from '../../contracts/subject.ts';
import { OpenInput, OpenOutput } from '../../contracts/flow.ts';
import { contractBroken } from '../../contracts/errors.ts';
import { adopt } from '../../kernel/limits/adopted-alarms.ts';
import { dayKeys } from '../../kernel/limits/day-budget.ts';
import { Journal } from '../../kernel/trace/journal.ts';
import { recordedPerson } from '../../kernel/trace/person.ts';
import type { CleanJson } from '../../kernel/redaction/clean-json.ts';
import { redactedJson, redactedText, redactorOf, type Redactor } from '../../kernel/redaction/redactor.ts';
import type { Ids } from '../../contracts/ports.ts';
import type { Step } from '../../runtime/step.ts';
import { cleanEvent } from './clean-event.ts';
import { admitDoctorRun, doctorRunOf, type DoctorPorts } from './doctor.ts';
import { agentFor } from './intake.ts';
import type { ClaimPorts } from './deduplication.ts';
import { placeOf } from './place.ts';
import { keysOf } from './deduplication-keys.ts';
import { noteIfRecovered, notStanding } from './standing.ts';
import { readFollowUp } from './follow-up.ts';
import { triggerOwnerOf } from './trigger-owner.ts';

export interface OpenPorts extends DoctorPorts, ClaimPorts {
  readonly ids: Ids;
}

type Output = z.infer<typeof OpenOutput>;

/** Counts the incident against the day. Returns the ceiling that it would break, if any. */
const overCeiling = async (
  { ledger, clock, rules }: OpenPorts,
  agent: Agent,
): Promise<EventData<'incident.opened'>['overCeiling']> => {
  const keys = dayKeys(agent.name, clock.now());
  const perAgent = agent.budgetPerDay.incidents;
  if (!(await ledger.add(keys.agent, { incidents: 1 }, { incidents: perAgent })).added) {
    const reason = `Agent ${agent.name} has had its ${perAgent} incidents of today (UTC).`;
    return { which: 'agent incidents a day', limit: perAgent, reason };
  }
  const perAccount = rules.settings.accountBudgetPerDay.incidents;
  if (!(await ledger.add(keys.account, { incidents: 1 }, { incidents: perAccount })).added) {
    const reason = `The account has had its ${perAccount} incidents of today (UTC).`;
    return { which: 'account incidents a day', limit: perAccount, reason };
  }
  return undefined;
};

const refuse = async (
  journal: Journal,
  { value: event, cleaned }: CleanJson,
  outcome: Outcome,
  reason: string,
  doctor?: DoctorRun,
): Promise<Output> => {
  const id = z.object({ id: z.string() }).safeParse(event);
  const eventId = id.success ? id.data.id : 'unknown';
  await journal.once('incident.refused', () => ({
    data: {
      eventId,
      outcome,
      reason: redactedText(reason),
      detail: redactedJson(event),
      ...saidCleaned(cleaned),
      ...(doctor !== undefined && { doctor }),
    },
  }));
  return { incidentId: journal.incident, agent: 'none', seq: journal.seq, next: afterRefusal(doctor) };
};

/** A run of the doctor goes to Decide, which asks for one token and closes. */
const afterRefusal = (doctor: DoctorRun | undefined): Output['next'] => (doctor === undefined ? 'close' : 'decide');

const openDoctorRun = async (journal: Journal, clean: CleanJson, run: DoctorRun, ports: OpenPorts): Promise<Output> => {
  const admission = await admitDoctorRun(ports, run, journal.incident);
  if (admission.kind === 'joined') return { incidentId: admission.incidentId, agent: 'none', seq: 0, next: 'done' };
  return refuse(journal, clean, 'unrouted', admission.reason, admission.kind === 'admitted' ? run : undefined);
};

/** What was cleaned, redacted, because it names fields of the event; nothing if nothing was. */
const saidCleaned = (cleaned: readonly string[]): { cleaned?: string[] } =>
  cleaned.length === 0 ? {} : { cleaned: cleaned.map(redactedText) };

/** Redacts only the prose that people wrote. Name, ARN and dimensions stay as they are, since AWS calls use them. */
const withoutSecrets = (subject: RecordedSubject, redactor: Redactor): RecordedSubject => {
  const clean = (text: string): string => redactor.text(text).text;
  switch (subject.kind) {
    case 'alarm': {
      const { alarm } = subject;
      return { kind: 'alarm', alarm: { ...alarm, reason: clean(alarm.reason), description: clean(alarm.description) } };
    }
    case 'question':
      return {
        ...subject,
        title: clean(subject.title),
        cause: clean(subject.cause),
        question: clean(subject.question),
        askedBy: recordedPerson(subject.askedBy, clean),
      };
    case 'event':
      return {
        ...subject,
        title: clean(subject.title),
        cause: clean(subject.cause),
        resources: subject.resources.map(clean),
      };
    case 'schedule':
      return { ...subject, title: clean(subject.title), cause: clean(subject.cause) };
  }
};

/** What an earlier attempt recorded is kept, whatever switch, clock and counters say by now. */
const replayed = (journal: Journal): Output | undefined => {
  const earlier = journal.upcoming;
  if (earlier === undefined) return undefined;
  const to = { incidentId: journal.incident, seq: earlier.seq + 1 };
  switch (earlier.kind) {
    case 'incident.opened':
      return { ...to, agent: earlier.data.agent, next: 'observe' };
    case 'incident.refused':
      return { ...to, agent: 'none', next: afterRefusal(earlier.data.doctor) };
    default:
      throw contractBroken(`Open found ${earlier.kind} where it had recorded an opening.`);
  }
};

const open = async (input: OpenInput, ports: OpenPorts): Promise<Output> => {
  const journal = await Journal.open(ports, 'open', { incidentId: input.execution, seq: 0 });
  const earlier = replayed(journal);
  if (earlier !== undefined) return earlier;
  const delivered = cleanEvent(input.event);
  const followUp = await readFollowUp(delivered.value, ports.ledger, ports.home);
  const adopts = followUp.kind === 'other' ? [] : followUp.adopts;
  // Before anything can be refused or fail: then the close of this very execution passes them on.
  for (const joined of adopts) await adopt(ports.ledger, journal.incident, joined);
  if (followUp.kind === 'refused') return refuse(journal, delivered, 'unrouted', followUp.reason);
  const clean = followUp.kind === 'follow-up' ? cleanEvent(followUp.event) : delivered;
  const intake = agentFor(clean.value, ports.rules, ports.home, clean.whole);
  if (!intake.taken) {
    const run = doctorRunOf(clean.value, ports);
    if (run !== undefined) return openDoctorRun(journal, clean, run, ports);
    await noteIfRecovered(clean.value, ports);
    return refuse(journal, clean, 'unrouted', intake.reason);
  }
  const { event, agent, subject, key: exact } = intake;
  const position = await ports.switch.read();
  if (position === 'off')
    return refuse(
      journal,
      clean,
      'switched-off',
      'The kill switch is off: nothing is investigated until a human turns it on.',
    );
  // A follow-up is the event of an alarm that Close has just seen in ALARM, so an OK after that event is over.
  const over = followUp.kind === 'follow-up' ? undefined : await notStanding(ports.ledger, event, subject);
  if (over !== undefined) return refuse(journal, clean, 'unrouted', over);
  const keys = keysOf(event, subject, exact);
  const passes = followUp.kind === 'follow-up' ? followUp.passes : 0;
  const place = await placeOf({ event, agent: agent.name, subject, keys, adopts, passes }, input.execution, ports);
  if ('joined' in place) return { incidentId: place.joined, agent: agent.name, seq: 0, next: 'done' };
  const ceiling = await overCeiling(ports, agent);
  const triggeredBy = subject.kind === 'question' ? subject.askedBy : triggerOwnerOf(event);
  const redactor = await redactorOf(ports, journal.incident);
  await journal.once('incident.opened', () => ({
    data: {
      eventId: event.id,
      execution: input.execution,
      source: event.source,
      detailType: redactor.text(event['detail-type']).text,
      time: event.time,
      stormKey: keys.primary,
      agent: agent.name,
      model: agent.model,
      subject: withoutSecrets(subject, redactor),
      detail: redactor.json(event.detail),
      ...(clean.whole !== undefined && { wholeDetail: clean.whole }),
      switch: position,
      rulesHash: ports.rules.hash,
      ...(followUp.kind === 'follow-up' && { follows: followUp.follows }),
      ...(adopts.length > 0 && { adopts: adopts.map(({ incidentId }) => incidentId) }),
      ...(triggeredBy !== undefined && {
        triggeredBy: recordedPerson(triggeredBy, (text) => redactor.text(text).text),
      }),
      ...(ceiling !== undefined && { overCeiling: ceiling }),
      ...saidCleaned([...clean.cleaned, ...intake.cleaned, ...place.said]),
    },
  }));
  return { incidentId: journal.incident, agent: agent.name, seq: journal.seq, next: 'observe' };
};

/** Opens an incident for an event, joins it to an open one, or records why it is not taken up. */
export const openStep: Step<OpenInput, Output, OpenPorts> = {
  name: 'open',
  input: OpenInput,
  output: OpenOutput,
  run: open,
};
