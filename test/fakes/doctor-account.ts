import { INSTALLED } from '../../lambdas/providers/installed.ts';
import { join } from 'node:path';
import type { Deployment } from '../../bin/operator/deployment.ts';
import type { DoctorAws, IntakeRule } from '../../bin/operator/doctor-finding.ts';
import type { TraceEvent } from '../../lambdas/contracts/events.ts';
import { doctorReason } from '../../lambdas/contracts/doctor-run.ts';
import { Json, type JsonObject } from '../../lambdas/contracts/json.ts';
import type { Rules } from '../../lambdas/contracts/rules.ts';
import { CheckreinError } from '../../lambdas/contracts/errors.ts';
import type { ModelRequest, Notification } from '../../lambdas/contracts/ports.ts';
import { readWorld } from '../fixtures/shipped-app.ts';
import { runOnLaptop } from '../../local/run.ts';

const WORLD = join(import.meta.dirname, '../../scenarios/undersized-instance/world.yaml');

/**
 * An account with a healthy deployment, as the doctor sees it. Its dry incident is a real one: the
 * doctor's event goes through the synthesized flow once, and later checks read its result.
 */
export class DoctorAccount {
  readonly deployment: Deployment = {
    SwitchParameter: '/Checkrein/kill-switch',
    ModelKeySecret: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:model-key',
    LedgerTable: 'ledger',
    DoctorAlarmName: 'checkrein-self-Checkrein-doctor',
    FlowArn: 'arn:aws:states:eu-west-1:123456789012:stateMachine:flow',
    StartArn: 'arn:aws:states:eu-west-1:123456789012:stateMachine:flow:live',
    ApproversTopic: 'arn:aws:sns:eu-west-1:123456789012:approvers',
    ReportsTopic: 'arn:aws:sns:eu-west-1:123456789012:reports',
    ApprovalPage: 'https://page.example.com/',
  };
  readonly messages: Notification[] = [];
  /** What the model was asked. */
  readonly requests: ModelRequest[] = [];
  /** The trace of the dry incident. */
  events: readonly TraceEvent[] = [];
  /** How many calls it made in the account. */
  calls = 0;
  readonly #rules: Rules;

  constructor(rules: Rules) {
    this.#rules = rules;
  }

  /** The rules that start the flow, as the stack makes them. */
  get rules(): IntakeRule[] {
    return this.#rules.agents.map(({ name, takes }) => ({ name: `Checkrein-${name}`, enabled: true, pattern: takes }));
  }

  /** Answers of a healthy account. */
  get aws(): DoctorAws {
    const { deployment } = this;
    const approvers = this.#rules.settings.approvers.map(({ contacts: { email } }) => ({ email, confirmed: true }));
    return {
      caller: async () => ({ account: '123456789012', region: 'eu-west-1' }),
      bootstrapVersion: async () => 30,
      stack: async () => ({ status: 'UPDATE_COMPLETE', deployment }),
      modelKey: async () => 'stored',
      subscriptions: async () => approvers,
      switchPosition: async () => 'on',
      intake: async () => this.rules,
      table: async () => ({ status: 'ACTIVE', pointInTimeRecovery: true }),
      lambdaQuota: async () => ({ atOnce: 100, unreserved: 100 }),
      raiseAlarm: async (_, __, run) => {
        if (this.events.length === 0) await this.#run(this.alarmEvent(doctorReason(run)));
        return { incident: this.events[0]?.incident ?? 'none', status: 'SUCCEEDED' };
      },
      runFlow: async (_, event) => {
        if (this.events.length === 0) await this.#run(event);
        return { incident: this.events[0]?.incident ?? 'none', status: 'SUCCEEDED' };
      },
      trace: async () => this.events,
    };
  }

  /** The event of the doctor's alarm, as CloudWatch sends it. */
  alarmEvent(reason: string): JsonObject {
    const alarmName = 'checkrein-self-Checkrein-doctor';
    const detail = { alarmName, state: { value: 'ALARM', reason }, configuration: {} };
    const resources = [`arn:aws:cloudwatch:eu-west-1:123456789012:alarm:${alarmName}`];
    const [account, region] = ['123456789012', 'eu-west-1'];
    return {
      source: 'aws.cloudwatch',
      'detail-type': 'CloudWatch Alarm State Change',
      account,
      region,
      resources,
      detail,
    };
  }

  /** The refusal that an operator without permission gets. */
  async refuse(action: string): Promise<never> {
    throw new CheckreinError('AwsUnreachable', `${action} failed. AccessDenied`, 'Check your permissions.');
  }

  async #run(event: object): Promise<void> {
    const { events, calls } = await runOnLaptop({
      event: Json.parse({ ...event, id: 'doctor', time: '2026-11-20T10:00:00Z' }),
      world: readWorld(WORLD),
      rules: this.#rules,
      installed: INSTALLED,
      model: {
        decide: async (request) => {
          this.requests.push(request);
          const usage = { inputTokens: 20, outputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0 };
          return { content: [], stopReason: 'max_tokens', usage, model: request.model };
        },
      },
      approve: { kind: 'preset', answers: [] },
      onEvent: () => undefined,
      onPage: () => undefined,
      onMessage: (message) => this.messages.push(message),
    });
    this.events = events;
    this.calls = calls.length;
  }
}
