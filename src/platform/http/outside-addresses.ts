import { lookup as resolve, type LookupAddress, type LookupOptions } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

// One for each family: a BlockList also compares IPv4 addresses with the IPv6 networks that they are mapped into.
const SPECIAL_USE = { ipv4: new BlockList(), ipv6: new BlockList() };
// RFC 6890 and its registries: this host, private, shared, loopback, link-local, documentation, benchmarks, multicast.
for (const [network, bits] of [
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
] as const)
  SPECIAL_USE.ipv4.addSubnet(network, bits, 'ipv4');
// Everything that is no global unicast (2000::/3), and what of that translates or tunnels to other addresses.
for (const [network, bits] of [
  ['::', 3],
  ['4000::', 2],
  ['8000::', 1],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const)
  SPECIAL_USE.ipv6.addSubnet(network, bits, 'ipv6');

/** Whether an IP address is one of the public internet, and not of this host, its networks or another special use. */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 0) return false;
  const family = isIP(address) === 4 ? 'ipv4' : 'ipv6';
  return !SPECIAL_USE[family].check(address, family);
}

/** Resolves a name, before a connection is made; the error `EACCES` when one of its addresses is not public. */
export const lookupPublic: LookupFunction = (hostname, options: LookupOptions, callback) => {
  resolve(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
    const [first] = addresses ?? [];
    if (error || !first) return callback(error ?? refused(hostname), '', 0);
    if (!addresses.every(({ address }) => isPublicAddress(address)))
      return callback(refused(hostname), '', 0);
    if (options.all) return callback(null, addresses);
    callback(null, first.address, first.family);
  });
};

function refused(hostname: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${hostname} has an address that is not public`), { code: 'EACCES' });
}
