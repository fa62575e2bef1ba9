/** One element of DER (X.690): the octet of its tag, its contents, and the whole of it. */
export interface DerElement {
  tag: number;
  contents: Buffer;
  whole: Buffer;
}

/** The tags that certificates are read by. */
export const TAG = { objectId: 0x06, octets: 0x04, extensions: 0xa3, version: 0xa0 } as const;

const ENCODINGS: Readonly<Record<number, (contents: Buffer) => string>> = {
  0x0c: (contents) => contents.toString('utf8'),
  0x13: (contents) => contents.toString('latin1'),
  0x14: (contents) => contents.toString('latin1'),
  0x16: (contents) => contents.toString('latin1'),
  0x1e: (contents) => Buffer.from(contents).swap16().toString('utf16le'),
};

/** The elements that follow each other in these octets. Throws RangeError for what is no DER. */
export function readElements(octets: Buffer): DerElement[] {
  const elements: DerElement[] = [];
  for (let at = 0; at < octets.length;) {
    const tag = octets.readUInt8(at);
    const first = octets.readUInt8(at + 1);
    // A tag or a length of another form occurs in no certificate.
    if ((tag & 0x1f) === 0x1f || first === 0x80 || first > 0x84) throw new RangeError('this is no DER');
    const more = first > 0x80 ? first - 0x80 : 0;
    const length = more > 0 ? octets.readUIntBE(at + 2, more) : first;
    const start = at + 2 + more;
    if (start + length > octets.length) throw new RangeError('this is no DER');
    elements.push({
      tag,
      contents: octets.subarray(start, start + length),
      whole: octets.subarray(at, start + length),
    });
    at = start + length;
  }
  return elements;
}

/** The text of a string type; undefined for another type, or for octets that are none of it. */
export function textOf({ tag, contents }: DerElement): string | undefined {
  if (tag === 0x1e && contents.length % 2 !== 0) return undefined;
  return ENCODINGS[tag]?.(contents);
}

/** An object identifier with dots. */
export function dotted(contents: Buffer): string {
  const arcs: bigint[] = [];
  let arc = 0n;
  for (const octet of contents) {
    arc = (arc << 7n) | BigInt(octet & 0x7f);
    if (octet >= 0x80) continue;
    arcs.push(arc);
    arc = 0n;
  }
  const [first = 0n, ...rest] = arcs;
  const root = first < 80n ? first / 40n : 2n;
  return [root, first - root * 40n, ...rest].join('.');
}
