import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { JsonObject } from '../../../../lambdas/contracts/json.ts';
import { subjectOf } from '../../../../lambdas/kernel/trace/subject.ts';
import { canonical } from '../../../../lambdas/kernel/trace/canonical.ts';
import { call } from '../../../fakes/preset-model.ts';
import { rulesWith, TestHarness } from '../../../fixtures/harness.ts';

const FOLDER = join(import.meta.dirname, '../../../fixtures/events/aws');
/** A documented sample of AWS, as if it came from where Checkrein is deployed. */
const sample = (name: string): JsonObject => {
  const event = JsonObject.parse(JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8')));
  return { ...event, account: '123456789012', region: 'eu-west-1' };
};

const responding = rulesWith({ takes: { source: [{ exists: true }] }, firstLook: [] });
/** One agent for all of them, whatever else is shipped for one kind. */
const anyEvent = { ...responding, agents: responding.agents.filter(({ name }) => name === 'ec2-responder') };
/** Opens an incident, lets the model have one turn, and returns what it was asked. */
const asked = async (event: JsonObject): Promise<{ harness: TestHarness; request: string }> => {
  const harness = new TestHarness({ rules: anyEvent });
  await harness.open(event);
  await harness.observe();
  await harness.decide([call('escalate', { reason: 'I cannot tell.' })]);
  const [message] = harness.model.requests[0]?.messages ?? [];
  const [block] = message?.role === 'user' ? message.content : [];
  return { harness, request: block?.type === 'text' ? block.text : '' };
};

/** Whether the second event joins the incident of the first. */
const joins = async (first: JsonObject, second: JsonObject): Promise<boolean> => {
  const harness = new TestHarness({ rules: anyEvent });
  await harness.open({ ...first, id: 'event-1' });
  const other = new TestHarness({ rules: anyEvent, ledger: harness.ledger, execution: 'incident-2' });
  return (await other.open({ ...second, id: 'event-2' })) === 'done';
};

const replaced = (event: JsonObject, from: string, to: string): JsonObject => {
  const text = JSON.stringify(event);
  expect(text).toContain(from);
  return JsonObject.parse(JSON.parse(text.replaceAll(from, to)));
};

const HEALTH_ARN =
  'arn:aws:health:us-west-2::event/EC2/AWS_EC2_DEDICATED_HOST_NETWORK_MAINTENANCE_SCHEDULED/AWS_EC2_DEDICATED_HOST_NETWORK_MAINTENANCE_SCHEDULED_1234567';

/** The sample; its title; a word of its cause; its page; what tells another one from it; what an update of it has else. */
const TABLE: readonly (readonly [
  string,
  string,
  string,
  string | null,
  readonly [string, string],
  readonly [string, string] | null,
])[] = [
  [
    'codebuild-codebuild-build-state-change',
    'my-sample-project: build FAILED',
    'BUILD FAILED: COMMAND_EXECUTION_ERROR: Error while executing command: mvn install',
    'https://eu-west-1.console.aws.amazon.com/codesuite/codebuild/123456789012/projects/my-sample-project/build/my-sample-project%3A8745a7a9-c340-456a-9166-edf953571bEX/',
    ['8745a7a9-c340', '8745a7a9-c341'],
    ['"build-complete":true', '"build-complete":false'],
  ],
  [
    'codepipeline-codepipeline-pipeline-execution-state-change',
    'myPipeline: execution FAILED',
    'Deployment d-EXAMPLE failed',
    'https://eu-west-1.console.aws.amazon.com/codesuite/codepipeline/pipelines/myPipeline/executions/12345678-1234-5678-abcd-12345678abcd/timeline',
    ['12345678-1234-5678', '12345678-1234-5679'],
    ['"FAILED"', '"STOPPED"'],
  ],
  [
    'codepipeline-codepipeline-action-execution-state-change',
    'myPipeline: Deploy, Deploy FAILED',
    'JobFailed',
    'https://eu-west-1.console.aws.amazon.com/codesuite/codepipeline/pipelines/myPipeline/executions/12345678-1234-5678-abcd-12345678abcd/timeline',
    ['12345678-1234-5678', '12345678-1234-5679'],
    ['"FAILED"', '"ABANDONED"'],
  ],
  [
    'health-aws-health-event',
    'EC2: AWS_EC2_INSTANCE_STORE_DRIVE_PERFORMANCE_DEGRADED (open)',
    'A description of the event',
    `https://health.aws.amazon.com/health/home#/event-log?eventID=${encodeURIComponent(HEALTH_ARN)}`,
    ['_1234567"', '_1234568"'],
    ['"open"', '"closed"'],
  ],
  [
    'ecs-ecs-task-state-change',
    'family:sample-fargate: task STOPPED',
    'FargateApp: exit code 1',
    'https://eu-west-1.console.aws.amazon.com/ecs/v2/clusters/FargateCluster/tasks/c13b4cb40f1f4fe4a2971f76ae5a47ad/configuration?region=eu-west-1',
    ['c13b4cb40f1f', 'c13b4cb40f1e'],
    ['"STOPPED"', '"DEPROVISIONING"'],
  ],
  [
    'ecs-ecs-service-action',
    'servicetest: SERVICE_TASK_PLACEMENT_FAILURE',
    'RESOURCE:FARGATE',
    'https://eu-west-1.console.aws.amazon.com/ecs/v2/clusters/default/services/servicetest/health?region=eu-west-1',
    ['default/servicetest', 'default/other'],
    ['RESOURCE:FARGATE', 'RESOURCE:ENI'],
  ],
  [
    'ecs-ecs-deployment-state-change',
    'servicetest: SERVICE_DEPLOYMENT_FAILED',
    'circuit breaker',
    'https://eu-west-1.console.aws.amazon.com/ecs/v2/clusters/default/services/servicetest/health?region=eu-west-1',
    ['ecs-svc/123', 'ecs-svc/124'],
    ['SERVICE_DEPLOYMENT_FAILED', 'SERVICE_DEPLOYMENT_IN_PROGRESS'],
  ],
  [
    'rds-rds-db-instance-event',
    'my-db-instance: failover (RDS-EVENT-0049)',
    'A Multi-AZ failover has completed.',
    'https://eu-west-1.console.aws.amazon.com/rds/home?region=eu-west-1#database:id=my-db-instance;is-cluster=false',
    ['my-db-instance', 'my-db-other'],
    ['22:36:43', '22:46:43'],
  ],
  [
    'rds-rds-db-cluster-event',
    'my-db-cluster: notification (RDS-EVENT-0173)',
    'has been patched',
    'https://eu-west-1.console.aws.amazon.com/rds/home?region=eu-west-1#database:id=my-db-cluster;is-cluster=true',
    ['RDS-EVENT-0173', 'RDS-EVENT-0069'],
    ['12:26:13', '12:27:13'],
  ],
  [
    'eks-aws-api-call-via-cloudtrail',
    'eks: UpdateClusterVersion failed (InvalidParameterException)',
    'Unsupported Kubernetes minor version update',
    'https://eu-west-1.console.aws.amazon.com/cloudtrailv2/home?region=eu-west-1#/events/eab22523-174a-499c-9dd6-91e7be3ff8e3',
    ['eab22523-174a', 'eab22523-174b'],
    null,
  ],
  [
    'guardduty-guardduty-finding',
    'Canary:EC2/Stateless.IntegTest (severity 5)',
    'An unprotected port',
    'https://eu-west-1.console.aws.amazon.com/guardduty/home?region=eu-west-1#/findings?macros=current&fId=16afba5c5c43e07c9e3e5e2e544e95df',
    ['16afba5c5c43', '16afba5c5c44'],
    ['"count":1', '"count":2'],
  ],
  [
    'securityhub-security-hub-findings-imported',
    'S3.5 S3 general purpose buckets should require requests to use SSL (MEDIUM)',
    'require requests to use SSL',
    null,
    ['EXAMPLE11111', 'EXAMPLE22222'],
    ['"NEW"', '"NOTIFIED"'],
  ],
  [
    'ce-anomaly-detected',
    'Unusual spending on Amazon EC2: $1001 above the expected',
    'AWS Lambda, Lambda-GB-Second',
    'https://console.aws.amazon.com/cost-management/home#/anomaly-detection/monitors/abcdef12-1234-4ea0-84cc-918a97d736ef/anomalies/12345678-abcd-ef12-3456-987654321a12',
    ['12345678-abcd-ef12', '12345678-abcd-ef13'],
    ['"totalImpact":1001', '"totalImpact":2002'],
  ],
  [
    'events-scheduled-event',
    'Scheduled run of MyScheduledRule',
    '',
    'https://eu-west-1.console.aws.amazon.com/events/home?region=eu-west-1#/eventbus/default/rules/MyScheduledRule',
    ['MyScheduledRule', 'MyOtherRule'],
    ['17:55:12', '18:55:12'],
  ],
  [
    'scheduler-scheduled-event',
    'Scheduled run of MySchedule',
    '',
    'https://eu-west-1.console.aws.amazon.com/scheduler/home?region=eu-west-1#schedules/default/MySchedule',
    ['MySchedule', 'MyOther'],
    ['17:55:12', '18:55:12'],
  ],
  [
    'ec2-ec2-spot-instance-interruption-warning',
    'i-1234567890abcdef0: Spot interruption (terminate)',
    'two minutes',
    'https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#InstanceDetails:instanceId=i-1234567890abcdef0',
    ['i-1234567890abcdef0', 'i-1234567890abcdef1'],
    ['"terminate"', '"stop"'],
  ],
  [
    'autoscaling-ec2-instance-launch-unsuccessful',
    'my-auto-scaling-group: EC2 Instance Launch Unsuccessful',
    'more vCPU capacity',
    'https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#AutoScalingGroupDetails:id=my-auto-scaling-group;view=activity',
    ['my-auto-scaling-group', 'my-other-group'],
    ['87654321-4321', '87654321-4322'],
  ],
  [
    'autoscaling-ec2-instance-terminate-successful',
    'my-auto-scaling-group: EC2 Instance Terminate Successful',
    'a user request',
    'https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#AutoScalingGroupDetails:id=my-auto-scaling-group;view=activity',
    ['87654321-4321', '87654321-4322'],
    ['"InProgress"', '"Successful"'],
  ],
];

describe.each(TABLE)('%s', (name, title, cause, link, [from, to], update) => {
  test('reaches the model with its content, and people with a title and a page', async () => {
    const event = sample(name);
    const { harness, request } = await asked(event);
    const subject = subjectOf(await harness.last('incident.opened'));
    expect(subject).toMatchObject({ kind: 'event', title, link, location: { account: '123456789012' } });
    expect(subject.cause).toContain(cause);
    expect(request).toContain(title);
    const detail = typeof event['detail'] === 'string' ? {} : event['detail'];
    if (JSON.stringify(detail) !== '{}') expect(request).toContain(canonical(detail));
    const { resources } = z.object({ resources: z.array(z.string()) }).parse(event);
    for (const resource of resources) expect(request).toContain(resource);
  });

  test('and another one are two incidents, the same one again is one', async () => {
    const event = sample(name);
    expect(await joins(event, replaced(event, from, to))).toBe(false);
    expect(await joins(event, { ...event, time: '2026-03-09T18:30:00Z' })).toBe(true);
    if (update !== null) expect(await joins(event, replaced(event, ...update))).toBe(true);
  });
});

test('the events of one pipeline execution, of the whole and of its action, are one incident', async () => {
  const [whole, action] = ['pipeline', 'action'].map((one) =>
    sample(`codepipeline-codepipeline-${one}-execution-state-change`),
  );
  expect(await joins(whole ?? {}, action ?? {})).toBe(true);
});

test('the same id in another account or Region is another incident', async () => {
  const event = sample('guardduty-guardduty-finding');
  const { harness } = await asked(event);
  const { stormKey } = (await harness.last('incident.opened')).data;
  expect(stormKey).toContain('["123456789012","eu-west-1","aws.guardduty"');
});

describe('an id that does not look like one', () => {
  test.each([
    ['guardduty-guardduty-finding', '16afba5c5c43e07c9e3e5e2e544e95df', 'javascript:alert(1)//'],
    ['guardduty-guardduty-finding', '16afba5c5c43e07c9e3e5e2e544e95df', '\\" onclick=x'],
    ['ec2-ec2-spot-instance-interruption-warning', 'i-1234567890abcdef0', '../../evil'],
  ])('of %s never leads away from AWS', async (name, from, to) => {
    const { harness } = await asked(JsonObject.parse(JSON.parse(JSON.stringify(sample(name)).replaceAll(from, to))));
    const { link } = subjectOf(await harness.last('incident.opened'));
    expect(link === null || new URL(link).hostname.endsWith('.amazon.com')).toBe(true);
    expect(link ?? '').not.toMatch(/[\s"<>]|\.\.|javascript:/);
  });
});
