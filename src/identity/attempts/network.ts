import { isIPv4, isIPv6 } from 'node:net';

/**
 * The network whose attempts are counted together: an IPv4 address alone, the first 64 bits of an IPv6 address, because one
 * subscriber usually has all of them. IPv4-mapped addresses count as IPv4. A string that is no address is returned as is.
 */
export function networkOf(address: string): string {
  const bare = address.split('%')[0] ?? '';
  if (isIPv4(bare) || !isIPv6(bare)) return bare;
  const groups = expand(new URL(`http://[${bare}]`).hostname.slice(1, -1));
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    return groups
      .slice(6)
      .flatMap((group) => [group >> 8, group & 0xff])
      .join('.');
  }
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`;
}

/** The eight groups of an IPv6 address in the form that URLs give it: hexadecimal, one `::` at most. */
function expand(address: string): number[] {
  const [head = '', tail] = address.split('::');
  const parse = (part: string) => (part === '' ? [] : part.split(':').map((group) => parseInt(group, 16)));
  const before = parse(head);
  const after = parse(tail ?? '');
  return [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after];
}
