import { actionOf, type AwsCall } from '../../contracts/tool.ts';
import { contractBroken, ToolRefusal } from '../../contracts/errors.ts';
import { reachOf } from '../../kernel/trace/location.ts';
import type { Cloud, CloudRequest, AccountRegion, IncidentLocation } from '../../contracts/ports.ts';
import type { AwsOptions, MemberTransports } from './member-transports.ts';
import { awsTransport, type AwsTransport } from './transport.ts';

/** Returns a cloud that makes exactly these reads where the incident is. */
export type AwsCloudAccess = (calls: readonly AwsCall[], location: IncidentLocation) => Cloud;

/**
 * AWS as tools see it, one cloud per tool and incident. Calls use the function's role in Checkrein's own account, and
 * the read role in the member account of the incident. Calls to any other account are refused with the reason.
 */
export const awsCloudAccess = (aws: AwsOptions): AwsCloudAccess => {
  const home = awsTransport(aws);
  const member = lazyMemberTransports(aws);
  return (calls, { incidentId, accountRegion }) => {
    const reach = reachOf(accountRegion, aws, aws.members);
    return restrictedCloud(calls, reach.accountRegion, async () => {
      switch (reach.kind) {
        case 'home':
          return home;
        case 'member':
          return (await member())(reach.accountRegion.account, incidentId, calls);
        case 'foreign':
          throw new ToolRefusal(reach.reason);
      }
    });
  };
};

/** A cloud that makes only the listed calls. It requests its transport for each call, because sessions expire. */
export const restrictedCloud = (
  calls: readonly AwsCall[],
  { account, region }: AccountRegion,
  transport: () => Promise<AwsTransport>,
): Cloud => ({
  account,
  region,
  send: async (request) => {
    const call = allowed(calls, request);
    return (await transport())(actionOf(call), { ...request, service: call.service });
  },
});

/** Loads the STS client only when it is needed: most deployments have no members. */
const lazyMemberTransports = (aws: AwsOptions): (() => Promise<MemberTransports>) => {
  let made: Promise<MemberTransports> | undefined;
  return () => (made ??= import('./member-transports.ts').then(({ memberTransports }) => memberTransports(aws)));
};

const allowed = (calls: readonly AwsCall[], { service, command }: CloudRequest): AwsCall => {
  const call = calls.find((one) => one.service === service && one.command === command);
  if (call === undefined) {
    const listed = calls.map((one) => `${one.service}:${one.command}`).join(', ') || 'none';
    throw contractBroken(`A tool called ${service}:${command}, which its manifest does not list (listed: ${listed}).`);
  }
  return call;
};
