const SPELLINGS = ['hex', 'base64', 'base64url'] as const;

/**
 * Every string that a thief could make of these values without a key: each whole, the leaves and names of JSON, what
 * stands between separators, bytes in every usual spelling, and what is behind base64 and hexadecimal.
 */
export function candidatesOf(cells: readonly string[]): Set<string> {
  const found = new Set<string>();
  const rest = [...new Set(cells)];
  for (let value = rest.pop(); value !== undefined; value = rest.pop()) {
    if (value === '' || found.has(value)) continue;
    found.add(value);
    const bytes = bytesOf(value);
    // What such a spelling falls into at its signs is nothing that was written down.
    if (bytes) for (const spelling of SPELLINGS) found.add(bytes.toString(spelling));
    rest.push(...leavesOf(value), ...partsOf(value), ...(bytes ? textIn(bytes) : decodingsOf(value)));
  }
  return found;
}

function leavesOf(value: string): string[] {
  if (!/^\s*[[{"]/.test(value)) return [];
  try {
    return stringsIn(JSON.parse(value));
  } catch {
    return [];
  }
}

function stringsIn(json: unknown): string[] {
  if (typeof json !== 'object' || json === null) return [String(json)];
  return Object.entries(json).flatMap(([name, inside]) => [name, ...stringsIn(inside)]);
}

function partsOf(value: string): string[] {
  return [/[\s,;]+/, /[^\w.~+/=-]+/, /[^\w-]+/].flatMap((separator) => value.split(separator));
}

/** The value of a column of bytes; undefined for another text. */
function bytesOf(value: string): Buffer | undefined {
  const hexadecimal = /^\\x((?:[0-9a-f]{2})+)$/.exec(value)?.[1];
  return hexadecimal === undefined ? undefined : Buffer.from(hexadecimal, 'hex');
}

function decodingsOf(value: string): string[] {
  // Shorter than that is a word or a number, and nothing that a credential could be packed in.
  if (!/^[\w+/-]{16,}={0,2}$/.test(value)) return [];
  return [...textIn(Buffer.from(value, 'base64')), ...textIn(Buffer.from(value, 'hex'))];
}

/** The bytes as text if they are any. */
function textIn(bytes: Buffer): string[] {
  const text = bytes.toString('utf8');
  return /^[\x20-\x7e]+$/.test(text) ? [text] : [];
}
