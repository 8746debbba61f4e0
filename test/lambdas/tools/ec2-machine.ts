import * as z from 'zod';
import type { JsonObject } from '../../../lambdas/contracts/json.ts';
import type { FakeCloud } from '../../fakes/fake-cloud.ts';
import { ID, instanceAnswer, instances } from './aws-answers.ts';

/** What a test can set up. */
export interface Start {
  readonly type?: string;
  readonly state?: string;
  /** Thrown, in order, by StartInstances before it works. */
  readonly startErrors?: Error[];
  readonly modifyError?: Error;
  /** State reasons, in order, of starts that are accepted and then fail. */
  readonly fallsBackWith?: string[];
  /** State reason of an instance that is stopped from the beginning. */
  readonly stoppedBy?: string;
  /** Stays in a transitional state forever. */
  readonly stuck?: boolean;
}

const Modify = z.object({ InstanceId: z.literal(ID), InstanceType: z.object({ Value: z.string() }) });
const NEXT: Readonly<Record<string, string>> = { stopping: 'stopped', pending: 'running' };
const BY_USER = 'Client.UserInitiatedShutdown';

/** A simulated EC2 instance that changes state as the real one does, one step per DescribeInstances. */
export class Machine {
  type: string;
  state: string;
  #reason: string;
  readonly #start: Start;
  readonly #startErrors: Error[];
  readonly #fallsBackWith: string[];

  constructor(start: Start = {}) {
    this.#start = start;
    this.type = start.type ?? 'm7i.large';
    this.state = start.state ?? 'running';
    this.#reason = start.stoppedBy ?? BY_USER;
    this.#startErrors = [...(start.startErrors ?? [])];
    this.#fallsBackWith = [...(start.fallsBackWith ?? [])];
  }

  /** Answers the calls of `resize_instance` on both clouds. */
  answerFor({ cloud, change }: { cloud: FakeCloud; change: FakeCloud }): void {
    cloud.answers('ec2', 'DescribeInstances', () => this.#describe());
    change.answers('ec2', 'StopInstances', () => this.#move('stopping'));
    change.answers('ec2', 'ModifyInstanceAttribute', (input) => this.#modify(input));
    change.answers('ec2', 'StartInstances', () => this.#startUp());
  }

  #describe(): JsonObject {
    const shown = instanceAnswer({
      InstanceType: this.type,
      State: { Name: this.state },
      ...(this.state === 'stopped'
        ? { StateReason: { Code: this.#reason, Message: `${this.#reason}: in words.` } }
        : {}),
    });
    if (this.#start.stuck !== true) this.stabilize();
    return instances(shown);
  }

  stabilize(): void {
    const [reason] = this.state === 'pending' ? this.#fallsBackWith.splice(0, 1) : [];
    if (reason === undefined) this.state = NEXT[this.state] ?? this.state;
    else [this.state, this.#reason] = ['stopped', reason];
  }

  #modify(input: JsonObject): JsonObject {
    if (this.#start.modifyError) throw this.#start.modifyError;
    this.type = Modify.parse(input).InstanceType.Value;
    return {};
  }

  #startUp(): JsonObject {
    const [error] = this.#startErrors.splice(0, 1);
    if (error) throw error;
    return this.#move('pending');
  }

  #move(state: string): JsonObject {
    [this.state, this.#reason] = [state, BY_USER];
    return {};
  }
}
