import * as z from 'zod';
import type { Configuration } from '../../contracts/plan.ts';
import { sortedSet } from './format.ts';

const GroupIds = z.array(z.object({ GroupId: z.string() })).default([]);
const Association = z.object({ IpOwnerId: z.string().optional(), PublicIp: z.string().optional() }).optional();

const NetworkInterface = z.object({
  NetworkInterfaceId: z.string().optional(),
  Association,
  Groups: GroupIds,
  PrivateIpAddresses: z.array(z.object({ PrivateIpAddress: z.string().optional(), Association })).default([]),
  Ipv6Addresses: z.array(z.object({ Ipv6Address: z.string() })).default([]),
});

/** Fields of DescribeInstances that say which machine it is and what it stands in, as AWS names them. */
export const INSTANCE_FIELDS = {
  ImageId: z.string().nullable().default(null),
  BlockDeviceMappings: z
    .array(z.object({ DeviceName: z.string(), Ebs: z.object({ VolumeId: z.string() }).optional() }))
    .default([]),
  SubnetId: z.string().nullable().default(null),
  SecurityGroups: GroupIds,
  PrivateIpAddress: z.string().optional(),
  PublicIpAddress: z.string().optional(),
  NetworkInterfaces: z.array(NetworkInterface).default([]),
  IamInstanceProfile: z.object({ Arn: z.string() }).optional(),
  EbsOptimized: z.boolean().default(false),
};
type Fields = z.output<z.ZodObject<typeof INSTANCE_FIELDS>> & {
  readonly Placement: { readonly HostId?: string | undefined; readonly GroupName?: string | undefined };
};

/** Addresses of an instance and of all its network interfaces. */
const addressesOf = ({ PrivateIpAddress, PublicIpAddress, NetworkInterfaces }: Fields): string[] =>
  sortedSet([
    PrivateIpAddress,
    PublicIpAddress,
    ...NetworkInterfaces.flatMap((one) => [
      one.Association?.PublicIp,
      ...one.PrivateIpAddresses.flatMap((address) => [address.PrivateIpAddress, address.Association?.PublicIp]),
      ...one.Ipv6Addresses.map(({ Ipv6Address }) => Ipv6Address),
    ]),
  ]);

/** These fields as a plan keeps them. */
export const configurationIn = (raw: Fields): Configuration => ({
  image: raw.ImageId,
  volumes: sortedSet(raw.BlockDeviceMappings.map(({ DeviceName, Ebs }) => `${DeviceName}=${Ebs?.VolumeId ?? ''}`)),
  subnet: raw.SubnetId,
  securityGroups: sortedSet(
    [raw.SecurityGroups, ...raw.NetworkInterfaces.map(({ Groups }) => Groups)].flat().map(({ GroupId }) => GroupId),
  ),
  networkInterfaces: sortedSet(raw.NetworkInterfaces.map(({ NetworkInterfaceId }) => NetworkInterfaceId)),
  addresses: addressesOf(raw),
  host: raw.Placement.HostId ?? null,
  placementGroup: raw.Placement.GroupName === '' ? null : (raw.Placement.GroupName ?? null),
  instanceProfile: raw.IamInstanceProfile?.Arn ?? null,
  ebsOptimized: raw.EbsOptimized,
});
