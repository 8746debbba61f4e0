import { CloudError } from '../../../lambdas/contracts/errors.ts';
import { alarmRule, anomalyBand, metricMath } from '../expressions.ts';
import type { WorldProblem } from './problem.ts';

interface Line {
  readonly id: string;
  readonly expression?: string | undefined;
}
interface CheckedAlarm {
  readonly name: string;
  readonly rule?: string | undefined;
  readonly metrics?: readonly Line[] | undefined;
}

const SUPPORTED = '+ - * / ( ) with numbers and ids of its metrics, or ANOMALY_DETECTION_BAND(id, width)';

/** Finds every expression of an alarm that cannot be computed here, before a run meets it. */
export const alarmProblems = (alarms: readonly CheckedAlarm[]): WorldProblem[] =>
  alarms.flatMap((alarm, n) => [
    ...ruleProblems(alarm, alarms).map((message) => ({ path: ['alarms', n, 'rule'], message })),
    ...(alarm.metrics ?? []).flatMap((line, m) =>
      mathProblems(line, alarm).map((message) => ({ path: ['alarms', n, 'metrics', m, 'expression'], message })),
    ),
  ]);

/** Names that an expression reads; undefined if it cannot be computed. */
const namesRead = (compute: (read: (name: string) => void) => unknown): string[] | undefined => {
  const names = new Set<string>();
  try {
    compute((name) => names.add(name));
    return [...names];
  } catch (cause) {
    if (cause instanceof CloudError) return undefined;
    throw cause;
  }
};

const idsIn = (expression: string): string[] | undefined => {
  const band = anomalyBand(expression);
  if (band !== undefined) return Number.isFinite(band.width) ? [band.id] : undefined;
  return namesRead((read) =>
    metricMath(expression, (id) => {
      read(id);
      return 1;
    }),
  );
};

const mathProblems = ({ id, expression }: Line, { name, metrics: lines = [] }: CheckedAlarm): string[] => {
  if (expression === undefined) return [];
  const ids = idsIn(expression);
  if (ids === undefined) return [`metric math of alarm ${name} that can be computed here: ${SUPPORTED}`];
  const others = lines.filter((line) => line.id !== id);
  const wrong = ids.filter((one) => others.every((line) => line.id !== one));
  if (wrong.length > 0)
    return [
      `ids of the other metrics of alarm ${name} (${others.map((line) => line.id).join(', ') || 'it has none'}) instead of ${wrong.join(', ')}`,
    ];
  const bands = others.filter((line) => ids.includes(line.id) && anomalyBand(line.expression ?? '') !== undefined);
  if (bands.length > 0) return [`metric math of alarm ${name} that does not compute with a band: ${SUPPORTED}`];
  return reads(id, id, lines) ? [`metric math of alarm ${name} that does not lead back to ${id}: ${SUPPORTED}`] : [];
};

/** Whether an expression reads an id, directly or through other expressions. */
const reads = (from: string, wanted: string, lines: readonly Line[]): boolean => {
  const seen = new Set<string>();
  const left = [from];
  for (let id = left.pop(); id !== undefined; id = left.pop()) {
    const ids = idsIn(lines.find((line) => line.id === id)?.expression ?? '') ?? [];
    if (ids.includes(wanted)) return true;
    left.push(...ids.filter((one) => !seen.has(one)));
    for (const one of ids) seen.add(one);
  }
  return false;
};

const ruleProblems = ({ name, rule }: CheckedAlarm, alarms: readonly CheckedAlarm[]): string[] => {
  if (rule === undefined) return [];
  const names = namesRead((read) =>
    alarmRule(rule, (alarm) => {
      read(alarm);
      return 'OK';
    }),
  );
  if (names === undefined)
    return [
      `a rule of alarm ${name} such as ALARM("a") AND NOT OK("b"): ALARM, OK, INSUFFICIENT_DATA, AND, OR, NOT, TRUE, FALSE, ( )`,
    ];
  const wrong = names.filter((one) => alarms.every((alarm) => alarm.name !== one));
  return wrong.length === 0 ? [] : [`names of alarms of this world instead of ${wrong.join(', ')}`];
};
