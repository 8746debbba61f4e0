import * as z from 'zod';
import type { Json, JsonObject } from '../../lambdas/contracts/json.ts';
import { JsonObject as AnObject } from '../../lambdas/contracts/json.ts';
import type { Moment } from '../../lambdas/contracts/moment.ts';
import type { Clock } from '../../lambdas/contracts/ports.ts';
import type { Template } from '../../lib/synthesize.ts';
import { transformed } from './pagerduty.ts';

const Target = z.looseObject({
  Id: z.string(),
  Arn: z.unknown(),
  InputPath: z.string().optional(),
  InputTransformer: z.object({ InputPathsMap: z.record(z.string(), z.string()), InputTemplate: z.string() }).optional(),
  RetryPolicy: z.object({ MaximumEventAgeInSeconds: z.number() }),
});
const Rule = z.object({
  EventPattern: z.looseObject({
    'detail-type': z.array(z.string()),
    detail: z.record(z.string(), z.unknown()).optional(),
  }),
  Targets: z.tuple([Target]),
});

/** One try to give an event to a target. Returns whether the target took it. */
export type Deliver = (input: string, target: string) => Promise<boolean>;

interface Waiting {
  readonly rule: string;
  readonly input: string;
  readonly target: string;
  readonly until: number;
}

/**
 * EventBridge, as far as notifiers need it: the rules of a template, what their transformers make of an event, and retries up to the
 * age that the rule allows. What is older is in `lost`, as in the dead-letter queue.
 */
export class Bus {
  readonly lost: Waiting[] = [];
  #waiting: Waiting[] = [];
  readonly #rules: readonly [string, z.infer<typeof Rule>][];
  readonly #clock: Pick<Clock, 'now'>;
  readonly #deliver: Deliver;

  constructor({ Resources }: Template, clock: Pick<Clock, 'now'>, deliver: Deliver) {
    this.#clock = clock;
    this.#deliver = deliver;
    this.#rules = Object.entries(Resources).flatMap(([id, { Type, Properties }]) => {
      const rule = Type === 'AWS::Events::Rule' && id.startsWith('Notifiers') ? Rule.safeParse(Properties) : undefined;
      return rule?.success === true ? [[id, rule.data] satisfies [string, z.infer<typeof Rule>]] : [];
    });
  }

  /** Puts a moment on the bus. */
  async put(moment: Moment): Promise<void> {
    const event: JsonObject = AnObject.parse(
      JSON.parse(JSON.stringify({ source: 'checkrein', 'detail-type': moment.moment, detail: moment })),
    );
    for (const [
      rule,
      {
        EventPattern,
        Targets: [target],
      },
    ] of this.#rules) {
      const needed = Object.keys(EventPattern.detail ?? {});
      if (
        !EventPattern['detail-type'].includes(moment.moment) ||
        needed.some((name) => !hasField(event['detail'], name))
      )
        continue;
      const until = this.#clock.now().getTime() + target.RetryPolicy.MaximumEventAgeInSeconds * 1000;
      this.#waiting.push({ rule, input: inputOf(event, target), target: JSON.stringify(target.Arn), until });
    }
    await this.retry();
  }

  /** Tries everything that was not taken once more. */
  async retry(): Promise<void> {
    const tried = this.#waiting;
    this.#waiting = [];
    for (const one of tried) {
      if (one.until < this.#clock.now().getTime()) this.lost.push(one);
      else if (!(await this.#deliver(one.input, one.target))) this.#waiting.push(one);
    }
  }
}

const hasField = (detail: Json | undefined, name: string): boolean =>
  typeof detail === 'object' && detail !== null && name in detail;

const inputOf = (event: JsonObject, { InputPath, InputTransformer }: z.infer<typeof Target>): string => {
  if (InputTransformer !== undefined) {
    const { InputPathsMap: inputPathsMap, InputTemplate: inputTemplate } = InputTransformer;
    return transformed(event, { inputPathsMap, inputTemplate });
  }
  return JSON.stringify(InputPath === '$.detail' ? event['detail'] : event);
};
