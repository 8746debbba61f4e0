import * as z from 'zod';
import type { BusEvent } from '../../contracts/alarm.ts';

/** An alarm as a rule names it. */
export interface ChildAlarm {
  readonly account: string;
  readonly region: string;
  readonly name: string;
}

const Composite = z.object({ configuration: z.object({ alarmRule: z.string() }) });

/** CloudWatch's own limits: a rule has 10,240 characters and names 100 alarms. */
const LONGEST_RULE = 10_240;
const MOST_CHILDREN = 100;

/** `ALARM(name)`, `ALARM("a name")`, with an ARN in place of a name; not `NOT ALARM(…)`, which is no symptom. */
const CHILD = /(?<!NOT\s{0,9}\(?\s{0,9})\bALARM\s*\(\s*(?:"([^"]+)"|'([^']+)'|([^()\s"']+))\s*\)/g;
const ARN = /^arn:[\w-]+:cloudwatch:([\w-]+):(\d{12}):alarm:(.+)$/;

/** The alarms that the rule of a composite names as its symptoms; none for any other alarm. Pure. */
export const childrenOf = ({ account, region, detail }: BusEvent): ChildAlarm[] => {
  const composite = Composite.safeParse(detail);
  if (!composite.success) return [];
  const names = [...composite.data.configuration.alarmRule.slice(0, LONGEST_RULE).matchAll(CHILD)].map(
    ([, double, single, bare]) => double ?? single ?? bare ?? '',
  );
  return [...new Set(names)].slice(0, MOST_CHILDREN).map((text) => {
    const [, itsRegion, itsAccount, itsName] = ARN.exec(text) ?? [];
    return { account: itsAccount ?? account, region: itsRegion ?? region, name: itsName ?? text };
  });
};
