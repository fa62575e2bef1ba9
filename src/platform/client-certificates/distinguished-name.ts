import { type DerElement, dotted, readElements, textOf } from './der.js';

/** The short names of attribute types: those of RFC 4514 section 3, and others that certificates have. */
const TYPES: Readonly<Record<string, string>> = {
  CN: '2.5.4.3',
  SN: '2.5.4.4',
  SERIALNUMBER: '2.5.4.5',
  C: '2.5.4.6',
  L: '2.5.4.7',
  ST: '2.5.4.8',
  STREET: '2.5.4.9',
  O: '2.5.4.10',
  OU: '2.5.4.11',
  TITLE: '2.5.4.12',
  BUSINESSCATEGORY: '2.5.4.15',
  POSTALCODE: '2.5.4.17',
  GN: '2.5.4.42',
  ORGANIZATIONIDENTIFIER: '2.5.4.97',
  UID: '0.9.2342.19200300.100.1.1',
  DC: '0.9.2342.19200300.100.1.25',
  EMAILADDRESS: '1.2.840.113549.1.9.1',
};
const ATTRIBUTE =
  /\s*([A-Za-z][A-Za-z0-9-]*|\d+(?:\.\d+)+)\s*=\s*(#(?:[\da-f]{2})+|(?!#)(?:\\(?:[ "#+,;<=>\\]|[\da-f]{2})|[^\\"+,;<>\0])*)([,+]|$)/iy;

/**
 * A name in the form of RFC 4514, such as `CN=app,O=Example\, Inc.`, as a text that is the same for equal names (RFC 5280
 * section 7.1: case and repeated blanks do not count, the order within a multi-valued part neither). Undefined for what
 * has another form or an unknown short name.
 */
export function comparableName(text: string): string | undefined {
  const parts: string[][] = [[]];
  ATTRIBUTE.lastIndex = 0;
  for (let separator: string | undefined = ','; separator !== '';) {
    const [, type = '', value = '', next] = ATTRIBUTE.exec(text) ?? [];
    if (next === undefined) return undefined;
    const id = /^\d/.test(type) ? type : TYPES[type.toUpperCase()];
    const compared = id === undefined ? undefined : comparableText(value);
    if (id === undefined || compared === undefined) return undefined;
    parts.at(-1)?.push(`${id}=${compared}`);
    if (next === ',') parts.push([]);
    separator = next;
  }
  // The text begins with the part that DER has last.
  return joined(parts.reverse());
}

/** The same of a name in DER. */
export function comparableDerName(contents: Buffer): string {
  const parts = readElements(contents).map((part) =>
    readElements(part.contents).map((attribute) => {
      const [type, value] = readElements(attribute.contents);
      if (!type || !value) throw new RangeError('an attribute without a value');
      return `${dotted(type.contents)}=${comparableValue(value)}`;
    }),
  );
  return joined(parts);
}

function joined(parts: readonly string[][]): string {
  return JSON.stringify(parts.map((attributes) => [...attributes].sort()));
}

function comparableText(value: string): string | undefined {
  if (value.startsWith('#')) {
    try {
      const [element, ...others] = readElements(Buffer.from(value.slice(1), 'hex'));
      return element && others.length === 0 ? comparableValue(element) : undefined;
    } catch {
      return undefined;
    }
  }
  return folded(unescaped(value));
}

/** Escaped octets are those of UTF-8. */
function unescaped(value: string): string {
  const pieces = value.split(/(\\(?:[\da-f]{2}|.))/i).map((piece) => {
    if (!piece.startsWith('\\')) return Buffer.from(piece);
    return piece.length === 3 ? Buffer.from(piece.slice(1), 'hex') : Buffer.from(piece.slice(1));
  });
  return Buffer.concat(pieces).toString('utf8');
}

function comparableValue(element: DerElement): string {
  const text = textOf(element);
  return text === undefined ? `#${element.whole.toString('hex')}` : folded(text);
}

function folded(text: string): string {
  return text.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim();
}
