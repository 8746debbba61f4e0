import * as z from 'zod';
import { BusEvent } from '../../contracts/alarm.ts';
import { doctorRunIn, DOCTOR_RUNS_PER_HOUR, type DoctorRun } from '../../contracts/doctor-run.ts';
import { FAMILY } from '../../contracts/ledger-keys.ts';
import type { AccountRegion, StepPorts, Switch } from '../../contracts/ports.ts';
import { readAlarm } from './alarm.ts';

export interface DoctorPorts extends StepPorts {
  readonly switch: Switch;
  /** The account and Region of this deployment. */
  readonly home: AccountRegion;
  /** ARN of this stack's alarm that only `checkrein doctor` raises. */
  readonly doctorAlarm: string;
}

/**
 * The run of `checkrein doctor` that an event is; undefined for every other event. It must come from the one alarm of
 * this stack, by its ARN, and with the reason that the doctor gives: any other alarm may have a similar name.
 */
export const doctorRunOf = (
  raw: unknown,
  { home, doctorAlarm }: Pick<DoctorPorts, 'home' | 'doctorAlarm'>,
): DoctorRun | undefined => {
  const event = BusEvent.safeParse(raw).data;
  if (event?.resources.length !== 1 || event.resources[0] !== doctorAlarm) return undefined;
  if (event.account !== home.account || event.region !== home.region) return undefined;
  const reading = readAlarm(event);
  return reading.kind === 'alarm' && reading.state === 'ALARM' ? doctorRunIn(reading.alarm.reason) : undefined;
};

type Admission =
  | { readonly kind: 'joined'; readonly incidentId: string }
  | { readonly kind: 'refused' | 'admitted'; readonly reason: string };

const ADMITTED =
  'This is a run of checkrein doctor. No agent takes it, and nothing is changed; each model is asked for one token, and each cluster is tested.';

/** Takes a run once, although several rules may match its event, and only so many in an hour. */
export const admitDoctorRun = async (
  { ledger, clock, switch: killSwitch }: DoctorPorts,
  { run }: DoctorRun,
  execution: string,
): Promise<Admission> => {
  const { row } = await ledger.create({ family: FAMILY.source, id: `doctor-${run}` }, { incidentId: execution });
  const { incidentId } = z.object({ incidentId: z.string() }).parse(row.data);
  if (incidentId !== execution) return { kind: 'joined', incidentId };
  if ((await killSwitch.read()) === 'off')
    return { kind: 'refused', reason: 'The kill switch is off, so this run of checkrein doctor asked no model.' };
  const hour = { family: FAMILY.budget, id: `doctor#${clock.now().toISOString().slice(0, 13)}` };
  const { added } = await ledger.add(hour, { runs: 1 }, { runs: DOCTOR_RUNS_PER_HOUR });
  return added
    ? { kind: 'admitted', reason: ADMITTED }
    : {
        kind: 'refused',
        reason: `This hour has had its ${DOCTOR_RUNS_PER_HOUR} runs of checkrein doctor, so this one asked no model.`,
      };
};
