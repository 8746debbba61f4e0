import type { Json } from '../../contracts/json.ts';
import type { Plan } from '../../contracts/plan.ts';
import type { Cloud } from '../../contracts/ports.ts';
import type { HealedBy } from '../../contracts/subject.ts';
import type { AttachedAlarmRow } from '../../kernel/limits/attached-alarms.ts';
import { joined, named } from '../../kernel/trace/outside-text.ts';
import type { Subject } from '../../kernel/trace/subject.ts';
import { ALARMS_A_CALL, alarmStates } from '../../tools/aws/alarm-states.ts';
import type { ChangeTool, HealthCheck } from '../../tools/tool.ts';

/** The post-condition of the change: is the target as the plan predicted? */
export const checkPostCondition = (tool: ChangeTool, plan: Plan, state: Json): HealthCheck => {
  const { holds, detail } = tool.postCondition(plan, state);
  return { name: 'post-condition', outcome: holds ? 'good' : 'bad', detail: `${detail}.` };
};

/** Why the state of a subject without an alarm cannot be read. */
const WITHOUT_ALARM: Record<Exclude<HealedBy, 'alarm'>, string> = {
  target: 'No alarm opened the incident, so the target itself shows whether the change helped.',
  nothing: 'No alarm opened the incident, so nothing shows by itself whether the change helped.',
};

/** The subject, and the alarms that joined it, if any. */
interface AlarmChecks {
  readonly alarm: HealthCheck;
  /** Said to the model and to people. It decides nothing: a subject that has healed has healed. */
  readonly joined?: HealthCheck;
}

/** The subject: has its alarm gone back to OK? And how are the alarms that joined it? One call for all of them. */
export const checkAlarms = async (
  cloud: Cloud,
  subject: Subject,
  attached: readonly AttachedAlarmRow[],
): Promise<AlarmChecks> => {
  const near = attached
    .filter((one) => one.why !== 'storm' && one.account === cloud.account && one.region === cloud.region)
    .slice(0, ALARMS_A_CALL - 1);
  if (near.length === 0) return { alarm: await checkSubject(cloud, subject) };
  const own = subject.alarm === null ? [] : [subject.alarm.name];
  const states = await alarmStates(cloud, [...own, ...near.map(({ name }) => name)]);
  return { alarm: checkState(subject, states), joined: joinedCheck(near, states) };
};

/** What is said of alarms that joined: `2 of 3 alarms that joined are OK. In ALARM: disk-full.` */
const joinedCheck = (attached: readonly AttachedAlarmRow[], states: ReadonlyMap<string, string>): HealthCheck => {
  const inState = (state: string): string[] =>
    attached.flatMap(({ name }) => (states.get(name) === state ? [name] : []));
  const [fine, firing] = [inState('OK'), inState('ALARM')];
  const counted = `${fine.length} of ${attached.length} alarms that joined are OK.`;
  if (firing.length === 0) return { name: 'joined alarms', outcome: 'good', detail: counted };
  const own = 'An alarm that is in ALARM when this incident closes opens an incident of its own.';
  const detail = `${counted} In ALARM: ${namesOf(firing)}. ${own}`;
  return { name: 'joined alarms', outcome: 'bad', detail };
};

/** Names of alarms in one finding, and characters of each. */
const MOST_NAMES = 10;
const NAME_LIMIT = 100;

const namesOf = (names: readonly string[]): string =>
  joined(
    names.slice(0, MOST_NAMES).map((name) => named(name, NAME_LIMIT)),
    ', ',
  ).toString();

/** The subject alone: has its alarm gone back to OK? */
export const checkSubject = async (cloud: Cloud, subject: Subject): Promise<HealthCheck> => {
  const names = subject.alarm === null || subject.healedBy !== 'alarm' ? [] : [subject.alarm.name];
  return checkState(subject, names.length === 0 ? new Map() : await alarmStates(cloud, names));
};

const checkState = ({ alarm, healedBy }: Subject, states: ReadonlyMap<string, string>): HealthCheck => {
  const name = 'alarm';
  if (alarm === null || healedBy !== 'alarm')
    return { name, outcome: 'unknown', detail: WITHOUT_ALARM[healedBy === 'target' ? 'target' : 'nothing'] };
  const state = states.get(alarm.name);
  if (state === undefined) return { name, outcome: 'unknown', detail: `There is no alarm ${alarm.name} any more.` };
  const outcome = state === 'OK' ? 'good' : state === 'ALARM' ? 'bad' : 'unknown';
  return { name, outcome, detail: `${alarm.name} is ${state}.` };
};
