import * as z from 'zod';
import { ERROR } from '../../../lambdas/contracts/error-names.ts';
import { CloudError, StepError } from '../../../lambdas/contracts/errors.ts';
import type { CloudRequest } from '../../../lambdas/contracts/ports.ts';

/** A feature flag as the service keeps it. */
export interface Flag {
  readonly enabled: boolean;
  readonly percent: number;
  readonly version: number;
  readonly tags: Readonly<Record<string, string>>;
}

/** A call as it reached the service. */
export interface FlagRequest {
  /** Who called: a step that reads, or the session of a change. */
  readonly session: string;
  readonly command: string;
  readonly input: CloudRequest['input'];
  /** The one flag that the credentials of the call may change. */
  readonly only: string | undefined;
  /** `ok`, or the code of the error. */
  readonly outcome: string;
}

/** A fault of one call of a command: it is throttled, or done but its answer is lost. */
export type FlagFault = 'none' | 'throttled' | 'answer-lost';

export const GetFlag = z.strictObject({ service: z.string(), name: z.string() });
const SetFlag = GetFlag.extend({
  enabled: z.boolean(),
  percent: z.int().min(0).max(100),
  validateOnly: z.boolean().default(false),
});

export const refOfFlag = ({ service, name }: z.infer<typeof GetFlag>): string => `flags://${service}/${name}`;

/** A service of feature flags in memory: versions, a dry run of its own, errors in words, recorded requests, faults. */
export class FlagService {
  readonly requests: FlagRequest[] = [];
  readonly #flags: Map<string, Flag>;
  readonly #faults = new Map<string, FlagFault[]>();

  readonly #onRequest: (request: FlagRequest) => void;

  constructor(flags: Readonly<Record<string, Flag>>, onRequest: (request: FlagRequest) => void = () => undefined) {
    this.#flags = new Map(Object.entries(flags));
    this.#onRequest = onRequest;
  }

  /** The next calls of a command fail so, one after the other. */
  fail(command: string, ...faults: readonly FlagFault[]): void {
    this.#faults.set(command, [...faults]);
  }

  /** A change that somebody else makes now. */
  drift(ref: string, set: Partial<Pick<Flag, 'enabled' | 'percent' | 'tags'>>): void {
    const flag = this.flag(ref);
    this.#flags.set(ref, { ...flag, ...set, version: flag.version + 1 });
  }

  flag(ref: string): Flag {
    const flag = this.#flags.get(ref);
    if (flag === undefined) throw new CloudError('FlagNotFound', `there is no flag ${ref}`);
    return flag;
  }

  /** Changes that were made, without dry runs. */
  get changes(): readonly FlagRequest[] {
    return this.requests.filter(
      ({ command, input, outcome }) => command === 'SetFlag' && input['validateOnly'] !== true && outcome === 'ok',
    );
  }

  /** Answers a call. A session of a change may change one flag only. */
  async send(session: string, { command, input }: CloudRequest, only?: string): Promise<unknown> {
    const fault = this.#faults.get(command)?.shift() ?? 'none';
    const record = (outcome: string): void => this.#record({ session, command, input, only, outcome });
    const answer = ((): Flag => {
      try {
        if (fault === 'throttled') throw unavailable('The flag service throttled the call.');
        return command === 'SetFlag' ? this.#set(SetFlag.parse(input), only) : this.#get(GetFlag.parse(input));
      } catch (error) {
        record(error instanceof CloudError ? error.code : 'unavailable');
        throw error;
      }
    })();
    record('ok');
    if (fault === 'answer-lost') throw unavailable('The flag service did not answer.');
    return answer;
  }

  #record(request: FlagRequest): void {
    this.requests.push(request);
    this.#onRequest(request);
  }

  #get(input: z.infer<typeof GetFlag>): Flag {
    return this.flag(refOfFlag(input));
  }

  #set({ enabled, percent, validateOnly, ...named }: z.infer<typeof SetFlag>, only: string | undefined): Flag {
    const ref = refOfFlag(named);
    if (ref !== only) throw new CloudError('Forbidden', `this token may change ${only ?? 'nothing'}, not ${ref}`);
    const before = this.flag(ref);
    const after = { ...before, enabled, percent, version: before.version + 1 };
    if (!validateOnly) this.#flags.set(ref, after);
    return after;
  }
}

const unavailable = (message: string): StepError => new StepError(ERROR.cloudUnavailable, message, 'Try again later.');
