// What kind of place an IP address is, and whether the configuration lets a connection go there. Decides from the address
// alone; names are resolved elsewhere (guarded-agents.ts), at the moment of connecting.
import { BlockList, isIP } from 'node:net';

/** `forbidden` never is the place of a target: link-local, metadata services of clouds, multicast, unspecified. */
export type AddressKind = 'public' | 'loopback' | 'private' | 'forbidden';

/** What a policy says about addresses that are not public. Loopback counts as private. */
export type PrivateAddresses = 'allow' | 'deny';

type Range = readonly [network: string, prefix: number];

const LOOPBACK: readonly Range[] = [
  ['127.0.0.0', 8],
  ['::1', 128],
];

/** RFC 1918, RFC 6598 (carrier-grade NAT), RFC 2544, RFC 4193 (unique local). */
const PRIVATE: readonly Range[] = [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10],
  ['198.18.0.0', 15],
  ['fc00::', 7],
];

/** Checked first: some metadata services answer at addresses that look private, one at a public one. */
const FORBIDDEN: readonly Range[] = [
  ['0.0.0.0', 8],
  ['169.254.0.0', 16], // link-local, and with 169.254.169.254 the metadata service of most clouds
  ['168.63.129.16', 32], // Azure's wire server
  ['100.100.100.200', 32], // metadata of Alibaba Cloud
  ['192.0.0.0', 24], // IETF protocol assignments; Oracle Cloud's metadata among them
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  ['::', 128],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
  ['fd00:ec2::254', 128], // metadata of AWS
  ['fd20:ce::254', 128], // metadata of Google Cloud
];

function blockList(ranges: readonly Range[]): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of ranges) list.addSubnet(network, prefix, network.includes(':') ? 'ipv6' : 'ipv4');
  return list;
}

const LISTS = [
  ['forbidden', blockList(FORBIDDEN)],
  ['loopback', blockList(LOOPBACK)],
  ['private', blockList(PRIVATE)],
] as const;

/** The kind of an address; of an IPv6 address that stands for an IPv4 one, that of the IPv4 one. No address: `forbidden`. */
export function addressKind(address: string): AddressKind {
  const plain = bareHost(address).replace(/%.*$/, '');
  const version = isIP(plain);
  if (version === 0) return 'forbidden';
  const embedded = version === 6 ? embeddedIpv4(plain) : undefined;
  if (embedded !== undefined) return addressKind(embedded);
  return LISTS.find(([, list]) => list.check(plain, version === 6 ? 'ipv6' : 'ipv4'))?.[0] ?? 'public';
}

/** A host of a URL without the brackets of an IPv6 address. */
export function bareHost(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}

/** True for a literal address that no connection may go to; names are judged by what they resolve to. */
export function isRefusedLiteral(hostname: string, privateAddresses: PrivateAddresses): boolean {
  const host = bareHost(hostname);
  return isIP(host) !== 0 && !isAllowed(host, privateAddresses);
}

/** Whether a connection may go to the address. */
export function isAllowed(address: string, privateAddresses: PrivateAddresses): boolean {
  const kind = addressKind(address);
  if (kind === 'forbidden') return false;
  return kind === 'public' || privateAddresses === 'allow';
}

/** IPv4-mapped (::ffff:0:0/96), IPv4-compatible, NAT64 (64:ff9b::/96) and 6to4 (2002::/16) addresses. */
function embeddedIpv4(address: string): string | undefined {
  const groups = groupsOf(address);
  if (groups === undefined) return undefined;
  const [first = 0, second = 0, third = 0] = groups;
  const dotted = (high: number, low: number): string => [high >> 8, high & 255, low >> 8, low & 255].join('.');
  if (first === 0x2002) return dotted(second, third);
  const [sixth = 0, seventh = 0, eighth = 0] = groups.slice(5);
  const zeros = groups.slice(0, 5).every((group) => group === 0);
  if (zeros && sixth === 0xffff) return dotted(seventh, eighth);
  if (zeros && sixth === 0 && (seventh !== 0 || eighth > 1)) return dotted(seventh, eighth);
  const nat64 = first === 0x64 && second === 0xff9b && groups.slice(2, 6).every((group) => group === 0);
  return nat64 ? dotted(seventh, eighth) : undefined;
}

/** The eight groups of an IPv6 address; the URL parser writes every form of it the same way. */
function groupsOf(address: string): readonly number[] | undefined {
  const url = `http://[${address}]/`;
  if (!URL.canParse(url)) return undefined;
  const [head = '', tail] = new URL(url).hostname.slice(1, -1).split('::');
  const parse = (part: string): number[] =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
  const before = parse(head);
  if (tail === undefined) return before;
  const after = parse(tail);
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => 0), ...after];
}
