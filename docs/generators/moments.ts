import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { contractBroken } from '../../lambdas/contracts/errors.ts';
import { isTraceEvent, type TraceEvent } from '../../lambdas/contracts/events.ts';
import { Moment, MomentKind } from '../../lambdas/contracts/moment.ts';
import { momentsOf } from '../../lambdas/kernel/trace/moment.ts';
import { code, markdownPage, table } from './markdown.ts';

const Field = z.looseObject({ description: z.string().optional(), const: z.json().optional() });
const Kind = z.looseObject({ description: z.string(), properties: z.record(z.string(), Field) });
const JsonSchema = z.looseObject({ oneOf: z.array(Kind) });

/** JSON Schema of the detail of every moment. */
export const momentsSchema = (): string =>
  `${JSON.stringify({ title: 'A moment of Checkrein', ...z.toJSONSchema(Moment, { reused: 'inline' }) }, null, 2)}\n`;

const kinds = () =>
  JsonSchema.parse(z.toJSONSchema(Moment, { reused: 'inline' })).oneOf.map(({ description, properties }) => ({
    kind: MomentKind.parse(properties['moment']?.const),
    description,
    fields: new Map(Object.entries(properties).map(([name, field]) => [name, field.description ?? ''])),
  }));

/** Traces of real runs, and one of a request that nobody answers, which gives the examples that the others lack. */
const TRACES = join(import.meta.dirname, '../../test/fixtures/traces');

const recorded = (name: string): TraceEvent[] =>
  readFileSync(join(TRACES, name, 'trace.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line))
    .filter(isTraceEvent);

/** The trace of a run, with what would be recorded if an alarm joined and the first reminders were due. */
const unanswered = (trace: readonly TraceEvent[]): TraceEvent[] => {
  const asked = trace.find((event) => event.kind === 'approval.asked');
  if (asked?.kind !== 'approval.asked') throw contractBroken('Nobody is asked in the recorded trace.');
  const { approvalId, approvers } = asked.data;
  const alarm = {
    arn: 'arn:aws:cloudwatch:eu-west-1:111122223333:alarm:checkout-latency-high',
    name: 'checkout-latency-high',
  };
  const says = 'It is about the same instance.';
  const more = [
    { kind: 'incident.attached', data: { eventId: 'e-2', copy: 1, why: 'resource', alarm, says } },
    { kind: 'approval.reminded', data: { approvalId, approvers, round: 1 } },
    { kind: 'approval.reminded', data: { approvalId, approvers: [...approvers, 'head-of-sre@example.com'], round: 2 } },
  ];
  const added = more.map((one, at): unknown => ({ ...asked, ...one, seq: asked.seq + 1 + at }));
  return [...trace.slice(0, asked.seq + 1), ...added.filter(isTraceEvent)];
};

const EXAMPLE_PAGE = 'https://abcdefghij.lambda-url.eu-west-1.on.aws';

const examples = (): ReadonlyMap<MomentKind, Moment> => {
  const trace = recorded('fix-does-not-help');
  const all = [...momentsOf(trace, EXAMPLE_PAGE), ...momentsOf(unanswered(trace), EXAMPLE_PAGE)];
  return new Map(all.toReversed().map((moment) => [moment.moment, moment]));
};

/** Every kind of moment: its meaning, its fields, and an example. */
export const momentsPage = (): string => {
  const all = kinds();
  const [first] = all;
  const common = [...(first?.fields ?? [])].filter(([name]) => name !== 'moment');
  const isCommon = (name: string): boolean => name === 'moment' || (first?.fields.has(name) ?? false);
  const found = examples();
  return markdownPage('Moments', 'lambdas/contracts/moment.ts', [
    'Checkrein puts what happens in an incident on the default event bus of its account: source `checkrein`, and the kind of moment as detail-type and as `moment`. [JSON Schema](moments.schema.json).',
    'Each moment is delivered at least once, so a second one with the same `id` must do nothing. Moments of one incident come in the order of `seq`, unless one is delivered again. They hold no evidence, nothing of what the agent says, and no link with which somebody could answer. Text from outside (titles, names, ids) is one line in which links and hidden characters were taken apart; it is not escaped for Markdown, HTML or a chat.',
    'An incident that was never opened tells nothing: an event that no agent takes, a run of `checkrein doctor`, an execution that died before its first step.',
    '## Fields of every moment',
    table(
      ['field', 'meaning'],
      common.map(([name, meaning]) => [code(name), meaning]),
    ),
    ...all.flatMap(({ kind, description, fields }) => {
      const own = [...fields].filter(([name]) => !isCommon(name));
      const example = found.get(kind);
      if (example === undefined) throw contractBroken(`There is no example of ${kind}.`);
      return [
        `## ${kind}`,
        description,
        ...(own.length === 0
          ? []
          : [
              table(
                ['field', 'meaning'],
                own.map(([name, meaning]) => [code(name), meaning]),
              ),
            ]),
        `\`\`\`json\n${JSON.stringify(example, null, 2)}\n\`\`\``,
      ];
    }),
  ]);
};
