/**
 * Whether an address, as DNS or a socket gives it, is one of the public Internet. IPv4: not private, shared (CGNAT), loopback,
 * link-local (where credentials of the machine are handed out), multicast or reserved. IPv6: global unicast only, without the ranges
 * that carry an IPv4 address inside.
 */
export const isPublicAddress = (address: string): boolean => {
  const four = bytesOf(address);
  if (four !== undefined) return !NOT_PUBLIC.some(([base, bits]) => isWithin(four, base, bits));
  const [first, second] = hextetsOf(address.toLowerCase());
  if (first === undefined || second === undefined) return false;
  if (first < 0x2000 || first > 0x3fff) return false;
  // Teredo and others for protocols, documentation (two ranges), 6to4.
  return !(first === 0x2001 && (second < 0x200 || second === 0xdb8)) && first !== 0x2002 && first !== 0x3fff;
};

/** Ranges of IPv4 that IANA lists as not globally reachable, or as multicast. */
const NOT_PUBLIC: readonly (readonly [base: string, bits: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
];

const bytesOf = (address: string): number | undefined => {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(address)?.slice(1).map(Number);
  if (parts === undefined || parts.some((part) => part > 255)) return undefined;
  return parts.reduce((number, part) => number * 256 + part, 0);
};

const isWithin = (address: number, base: string, bits: number): boolean => {
  const size = 2 ** (32 - bits);
  return Math.floor(address / size) === Math.floor((bytesOf(base) ?? 0) / size);
};

/** The first two groups of an IPv6 address. Of one that begins with `::` both are 0, and none is public. */
const hextetsOf = (address: string): (number | undefined)[] => {
  if (!/^[\da-f:]+(%.*|:[\d.]+)?$/.test(address) || !address.includes(':')) return [];
  const [first = '', second = ''] = address.split(':');
  return [first, second].map((group) => (/^[\da-f]{0,4}$/.test(group) ? Number.parseInt(group || '0', 16) : undefined));
};

/** Names that lead to the machine itself, to its platform, or to a network that is not public. */
const NOT_PUBLIC_NAME = /^(?:[^.]+|.*\.(?:localhost|local|internal|intranet|lan|home\.arpa|corp|private))\.?$/;

/** Whether the host of a URL may be somebody on the Internet: a name with a dot, and no address at all. */
export const mayBePublicName = (host: string): boolean =>
  !/^[\d.]+$/.test(host) && !host.includes(':') && !NOT_PUBLIC_NAME.test(host.toLowerCase());
