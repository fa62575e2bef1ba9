import { isIPv4, isIPv6 } from 'node:net';

/**
 * The network of an address as people are shown it: the first 24 bits of IPv4, the first 48 of IPv6. It tells the place
 * roughly, and not who it was.
 */
export function shownNetwork(address: string): string {
  const bare = (address.split('%')[0] ?? '').replace(/^::ffff:(?=\d+\.)/i, '');
  if (isIPv4(bare)) return `${bare.split('.').slice(0, 3).join('.')}.0/24`;
  if (!isIPv6(bare)) return bare;
  const [head = '', tail] = new URL(`http://[${bare}]`).hostname.slice(1, -1).split('::');
  const groups = head === '' ? [] : head.split(':');
  const missing = tail === undefined ? 0 : 8;
  const first = [...groups, ...Array<string>(missing).fill('0')].slice(0, 3);
  return `${first.join(':')}::/48`;
}
