import { describe, expect, test } from 'vitest';
import { stsChangeCredentials } from '../../../../lambdas/providers/aws/change-credentials.ts';
import { awsCloudAccess } from '../../../../lambdas/providers/aws/cloud.ts';
import { changeSessionPolicy, readSessionPolicy } from '../../../../lambdas/providers/aws/session-policy.ts';
import type { AwsCall } from '../../../../lambdas/contracts/tool.ts';
import type { CloudRequest, IncidentLocation } from '../../../../lambdas/contracts/ports.ts';
import { assumedRole, ec2Error, FakeAws, rebooted, xmlError, type FakeAwsAnswer } from '../../../fakes/fake-aws.ts';
import { ManualClock } from '../../../fakes/small-ports.ts';
import type { AwsChangeScope } from '../../../../lambdas/providers/aws/change-scope.ts';

const HUB = '111111111111';
const MEMBER = '222222222222';
const OTHER_MEMBER = '333333333333';
const region = 'eu-central-1';
const external = { accounts: [MEMBER, OTHER_MEMBER], externalId: '0f9b4c1e-7a55-4d1e-9a0c-1d2e3f4a5b6c' };

const at = (account: string, incidentId = 'inc-1', where = region): IncidentLocation => ({
  incidentId,
  accountRegion: { account, region: where },
});
const reads: AwsCall = { service: 'ec2', command: 'DescribeInstanceStatus', scope: 'any' };
const moreReads: AwsCall = { service: 'ec2', command: 'DescribeInstances', scope: 'any' };
const request: CloudRequest = { service: 'ec2', command: 'DescribeInstanceStatus', input: {} };

const noStatuses: FakeAwsAnswer = {
  status: 200,
  body: '<DescribeInstanceStatusResponse><instanceStatusSet/></DescribeInstanceStatusResponse>',
};

/** Cloud access of a function in the hub, with a fake AWS that gives these responses. */
const hubAccess = (...answers: FakeAwsAnswer[]) => {
  const aws = new FakeAws(...answers);
  const clock = new ManualClock('2026-11-20T10:00:00Z');
  const members = { ...external, roleArn: 'arn:aws:iam::${account}:role/checkrein-eu-central-1-read' };
  const access = awsCloudAccess({ account: HUB, region, connection: aws.connection, members, clock });
  return { aws, clock, access };
};

const isAssume = ({ body }: { body: string }): boolean => body.includes('Action=AssumeRole');
/** The AssumeRole calls, and the session of every other call. */
const callsTo = ({ requests }: FakeAws) => ({
  assumed: requests.filter(isAssume).map(({ body }) => Object.fromEntries(new URLSearchParams(body))),
  under: requests.filter((request) => !isAssume(request)).map(({ headers }) => headers['x-amz-security-token']),
});

describe('a read in a member account', () => {
  test('uses the member’s read role, with the incident as source identity and the external id', async () => {
    const { aws, access } = hubAccess(assumedRole('member'), noStatuses);
    const cloud = access([reads], at(MEMBER));
    expect(cloud).toMatchObject({ account: MEMBER, region });
    await cloud.send(request);
    expect(callsTo(aws)).toMatchObject({
      assumed: [
        {
          RoleArn: `arn:aws:iam::${MEMBER}:role/checkrein-eu-central-1-read`,
          ExternalId: external.externalId,
          RoleSessionName: 'inc-1',
          SourceIdentity: 'inc-1',
          Policy: readSessionPolicy([reads]),
        },
      ],
      under: ['member'],
    });
    expect(aws.requests[0]?.headers['x-amz-security-token']).toBe('own-role');
  });

  test('uses the function’s own role in the hub account, with an alarm or without', async () => {
    const { aws, access } = hubAccess(noStatuses);
    await access([reads], at(HUB)).send(request);
    await access([reads], { incidentId: 'inc-1', accountRegion: null }).send(request);
    expect(callsTo(aws)).toEqual({ assumed: [], under: ['own-role', 'own-role'] });
  });

  test('makes no call outside the manifest, and assumes no role for one', async () => {
    const { aws, access } = hubAccess(assumedRole('member'));
    await expect(access([moreReads], at(MEMBER)).send(request)).rejects.toMatchObject({ name: 'ContractBroken' });
    expect(aws.requests).toEqual([]);
  });

  test.each([
    ['an account that is no member', at('999999999999'), 'It is in account 999999999999, which is not this one'],
    ['a member in another Region', at(MEMBER, 'inc-1', 'us-east-1'), 'It is in us-east-1; this deployment looks'],
    ['this account in another Region', at(HUB, 'inc-1', 'us-east-1'), 'It is in us-east-1; this deployment looks'],
  ])('%s is refused with the reason, and nothing is sent', async (_, location, message) => {
    const { aws, access } = hubAccess(assumedRole('member'), noStatuses);
    const cloud = access([reads], location);
    await expect(cloud.send(request)).rejects.toMatchObject({ code: 'ToolRefusal' });
    await expect(cloud.send(request)).rejects.toThrow(message);
    expect(aws.requests).toEqual([]);
  });

  test('a missing role is explained, and STS is called again the next time', async () => {
    const { aws, access } = hubAccess(
      xmlError('AccessDenied', 'is not authorized', 403),
      assumedRole('member'),
      noStatuses,
    );
    const cloud = access([reads], at(MEMBER));
    const refused = cloud.send(request);
    await expect(refused).rejects.toMatchObject({ code: 'AccessDenied' });
    await expect(refused).rejects.toThrow(
      `Account ${MEMBER} has no role arn:aws:iam::${MEMBER}:role/checkrein-eu-central-1-read that trusts this hub: deploy CheckreinMember there`,
    );
    await cloud.send(request);
    expect(callsTo(aws).under).toEqual(['member']);
  });

  test('an STS outage is CloudUnavailable, as for any service', async () => {
    const { access } = hubAccess(xmlError('ServiceUnavailable', 'later', 503));
    await expect(access([reads], at(MEMBER)).send(request)).rejects.toMatchObject({ name: 'CloudUnavailable' });
  });
});

describe('a session in a member account', () => {
  test('is shared by all reads of one tool in one incident, parallel or later', async () => {
    const { aws, clock, access } = hubAccess(assumedRole('member'), noStatuses);
    const cloud = access([reads], at(MEMBER));
    await Promise.all([cloud.send(request), cloud.send(request)]);
    clock.advance(13);
    await access([reads], at(MEMBER)).send(request);
    expect(callsTo(aws).assumed).toHaveLength(1);
    expect(callsTo(aws).under).toEqual(['member', 'member', 'member']);
  });

  test('is not used in its last minute', async () => {
    const { aws, clock, access } = hubAccess(
      assumedRole('first'),
      noStatuses,
      assumedRole('second', '10:30'),
      noStatuses,
    );
    const cloud = access([reads], at(MEMBER));
    await cloud.send(request);
    clock.advance(14);
    await cloud.send(request);
    expect(callsTo(aws).under).toEqual(['first', 'second']);
  });

  test.each([
    ['another account', [reads], at(OTHER_MEMBER)],
    ['another incident', [reads], at(MEMBER, 'inc-2')],
    ['another tool', [reads, moreReads], at(MEMBER)],
  ])('is never used for %s', async (_, calls, location) => {
    const { aws, access } = hubAccess(assumedRole('first'), noStatuses, assumedRole('second'), noStatuses);
    await access([reads], at(MEMBER)).send(request);
    await access(calls, location).send(request);
    expect(callsTo(aws).under).toEqual(['first', 'second']);
    expect(callsTo(aws).assumed[1]).toMatchObject({
      RoleArn: `arn:aws:iam::${location.accountRegion?.account ?? ''}:role/checkrein-eu-central-1-read`,
      SourceIdentity: location.incidentId,
      Policy: readSessionPolicy(calls),
    });
  });
});

describe('a change in a member account', () => {
  const reboot: AwsCall = { service: 'ec2', command: 'RebootInstances', scope: 'target' };
  const targetIn = (account: string): string => `arn:aws:ec2:${region}:${account}:instance/i-0abc`;
  const scopeOf = (account: string, location = at(account)): AwsChangeScope => ({
    calls: [reboot],
    targetArn: targetIn(account),
    location,
    sessionName: `apply-${location.incidentId}`,
  });
  const change: CloudRequest = { service: 'ec2', command: 'RebootInstances', input: { InstanceIds: ['i-0abc'] } };

  const changing = (...answers: FakeAwsAnswer[]) => {
    const aws = new FakeAws(...answers);
    const roleArn = `arn:aws:iam::${HUB}:role/hub-change`;
    const members = { ...external, roleArn: 'arn:aws:iam::${account}:role/checkrein-eu-central-1-change' };
    const credentials = stsChangeCredentials({ account: HUB, region, connection: aws.connection, roleArn, members });
    return { aws, credentials };
  };

  test('uses the member’s change role, narrowed to this target of this account', async () => {
    const { aws, credentials } = changing(assumedRole('member'), rebooted);
    const cloud = await credentials.assume(scopeOf(MEMBER));
    expect(cloud).toMatchObject({ account: MEMBER, region });
    await cloud.send(change);
    expect(callsTo(aws)).toMatchObject({
      assumed: [
        {
          RoleArn: `arn:aws:iam::${MEMBER}:role/checkrein-eu-central-1-change`,
          ExternalId: external.externalId,
          RoleSessionName: 'apply-inc-1',
          SourceIdentity: 'inc-1',
          Policy: changeSessionPolicy({ calls: [reboot], targetArn: targetIn(MEMBER) }),
        },
      ],
      under: ['member'],
    });
  });

  test('in the hub account uses the hub’s own change role, without external id', async () => {
    const { aws, credentials } = changing(assumedRole('hub'));
    await credentials.assume(scopeOf(HUB));
    const [assumed] = callsTo(aws).assumed;
    expect(assumed).toMatchObject({ RoleArn: `arn:aws:iam::${HUB}:role/hub-change` });
    expect(assumed).not.toHaveProperty('ExternalId');
  });

  test.each([
    ['of the hub, for an alarm of a member', scopeOf(HUB, at(MEMBER))],
    ['of a member, for an alarm of the hub', scopeOf(MEMBER, at(HUB))],
    ['of one member, for an alarm of another', scopeOf(MEMBER, at(OTHER_MEMBER))],
    ['of a member, for an incident without an alarm', scopeOf(MEMBER, { incidentId: 'inc-1', accountRegion: null })],
  ])('never reaches a target %s', async (_, scope) => {
    const { aws, credentials } = changing(assumedRole('any'));
    await expect(credentials.assume(scope)).rejects.toMatchObject({ name: 'ContractBroken' });
    expect(aws.requests).toEqual([]);
  });

  test('in an account that is not a member is refused with the reason, and no role is assumed', async () => {
    const { aws, credentials } = changing(assumedRole('any'));
    await expect(credentials.assume(scopeOf('999999999999'))).rejects.toMatchObject({ code: 'ToolRefusal' });
    expect(aws.requests).toEqual([]);
  });

  test('names what to deploy if the role is missing', async () => {
    const { credentials } = changing(xmlError('AccessDenied', 'is not authorized', 403));
    await expect(credentials.assume(scopeOf(MEMBER))).rejects.toThrow('deploy CheckreinMember there');
  });

  test('that is denied there keeps AWS’s message, because the hub may not decode it', async () => {
    const { credentials } = changing(
      assumedRole('member'),
      ec2Error('UnauthorizedOperation', 'You may not. Encoded authorization failure message: AQoDYXdz'),
      xmlError('InvalidAuthorizationMessageException', 'not yours', 400),
    );
    const cloud = await credentials.assume(scopeOf(MEMBER));
    await expect(cloud.send(change)).rejects.toMatchObject({
      code: 'UnauthorizedOperation',
      awsMessage: 'You may not.',
    });
  });
});
