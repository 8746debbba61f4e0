import { expect } from 'vitest';
import * as z from 'zod';
import type { JsonObject } from '../../../lambdas/contracts/json.ts';
import { CloudError } from '../../../lambdas/contracts/errors.ts';
import type { Cloud } from '../../../lambdas/contracts/ports.ts';
import { SimulatedAccount, type RecordedCall } from '../../../local/account/account.ts';
import { SimulatedClock } from '../../../local/account/clock.ts';
import { parseWorld } from '../../fixtures/shipped-app.ts';

export const APP = 'i-0a1b2c3d4e5f60718';
export const APP_ARN = `arn:aws:ec2:eu-west-1:123456789012:instance/${APP}`;
const NOW = '2026-11-20T09:26:20Z';

/** One busy server with an alarm on its CPU, and what a test adds as YAML. */
export const BUSY_SERVER = `
about: a server that is too small
now: ${NOW}
instances:
  - id: ${APP}
    type: t3.small
    zone: eu-west-1a
    tags: { Name: app, environment: production }
    demand: { vcpus: { -14d: 0.9, -210s: 2.9 }, memoryGiB: 1.2 }
alarms:
  - name: cpu-high
    metric: { namespace: AWS/EC2, name: CPUUtilization, dimensions: { InstanceId: ${APP} } }
    threshold: 85
`;

export const FLEET = `
about: a fleet of ten
now: ${NOW}
groups:
  - { name: web, min: 2, max: 12, desired: 10, instanceType: m6i.large, zones: [eu-west-1a, eu-west-1b], demand: { vcpus: 10 } }
`;

/** An account with its clock and the record of its calls. */
export class ExampleWorld {
  readonly calls: RecordedCall[] = [];
  readonly clock: SimulatedClock;
  readonly account: SimulatedAccount;
  readonly cloud: Cloud;

  constructor(yaml: string) {
    const world = parseWorld(yaml, 'world.yaml');
    this.clock = new SimulatedClock(new Date(world.now));
    this.account = new SimulatedAccount(world, this.clock, (call) => this.calls.push(call));
    this.cloud = this.account.cloud({ step: 'observe' }, 'any');
  }

  /** Sends `service:Command`. */
  send(command: string, input: JsonObject = {}, cloud: Cloud = this.cloud): Promise<unknown> {
    return cloud.send({ ...request(command), input });
  }

  /** The code and message of the AWS error that a call ends in. */
  async refusal(
    command: string,
    input: JsonObject = {},
    cloud: Cloud = this.cloud,
  ): Promise<{ code: string; message: string }> {
    const error = await this.send(command, input, cloud).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(CloudError);
    return z
      .object({ code: z.string(), awsMessage: z.string() })
      .transform(({ code, awsMessage }) => ({ code, message: awsMessage }))
      .parse(error);
  }

  wait(seconds: number): void {
    this.clock.advance(seconds * 1000);
  }

  /** Stops the server, gives it another type, and starts it. */
  async resize(type: string, id = APP): Promise<void> {
    await this.send('ec2:StopInstances', { InstanceIds: [id] });
    this.wait(30);
    await this.send('ec2:ModifyInstanceAttribute', { InstanceId: id, InstanceType: { Value: type } });
    await this.send('ec2:StartInstances', { InstanceIds: [id] });
    this.wait(45);
  }

  async instance(id = APP): Promise<{ state: string; type: string; tags: Record<string, string> }> {
    const answer = Instances.parse(await this.send('ec2:DescribeInstances', { InstanceIds: [id] }));
    const one = answer.Reservations[0]?.Instances[0];
    const tags = Object.fromEntries((one?.Tags ?? []).map(({ Key, Value }) => [Key, Value]));
    return { state: one?.State.Name ?? '', type: one?.InstanceType ?? '', tags };
  }

  async alarm(name = 'cpu-high'): Promise<string> {
    const AlarmTypes = ['MetricAlarm', 'CompositeAlarm'];
    const answer = Alarms.parse(await this.send('cloudwatch:DescribeAlarms', { AlarmNames: [name], AlarmTypes }));
    return [...answer.MetricAlarms, ...answer.CompositeAlarms][0]?.StateValue ?? 'missing';
  }

  /** The last full minutes of a metric's average, oldest first. */
  async metric(namespace: string, name: string, dimensions: Record<string, string>, minutes = 1): Promise<number[]> {
    const end = Math.floor(this.clock.now().getTime() / 60_000) * 60_000;
    const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
    const MetricStat = { Metric: { Namespace: namespace, MetricName: name, Dimensions }, Period: 60, Stat: 'Average' };
    const answer = await this.send('cloudwatch:GetMetricData', {
      MetricDataQueries: [{ Id: 'm1', MetricStat }],
      StartTime: new Date(end - minutes * 60_000).toISOString(),
      EndTime: new Date(end).toISOString(),
      ScanBy: 'TimestampAscending',
    });
    return MetricData.parse(answer).MetricDataResults[0]?.Values ?? [];
  }

  cpu(minutes = 1): Promise<number[]> {
    return this.metric('AWS/EC2', 'CPUUtilization', { InstanceId: APP }, minutes);
  }
}

const request = (text: string): { service: string; command: string } => {
  const [service = '', command = ''] = text.split(':');
  return { service, command };
};

const Instances = z.object({
  Reservations: z.array(
    z.object({
      Instances: z.array(
        z.object({
          InstanceType: z.string(),
          State: z.object({ Name: z.string() }),
          Tags: z.array(z.object({ Key: z.string(), Value: z.string() })),
        }),
      ),
    }),
  ),
});
const State = z.array(z.object({ StateValue: z.string() }));
const Alarms = z.object({ MetricAlarms: State, CompositeAlarms: State });
const MetricData = z.object({ MetricDataResults: z.array(z.object({ Values: z.array(z.number()) })) });
