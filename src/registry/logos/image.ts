/** An image to serve. */
export interface Image {
  type: string;
  bytes: Buffer;
}

const MAGIC: readonly [type: string, pattern: RegExp][] = [
  ['image/png', /^\x89PNG\r\n\x1a\n/],
  ['image/jpeg', /^\xff\xd8\xff/],
  ['image/gif', /^GIF8[79]a/],
  ['image/webp', /^RIFF[\s\S]{4}WEBP/],
];

/** A raster image by its first bytes, whatever its server calls it; undefined for anything else, SVG too. */
export function imageOf(bytes: Buffer): Image | undefined {
  const start = bytes.toString('latin1', 0, 12);
  const type = MAGIC.find(([, pattern]) => pattern.test(start))?.[0];
  return type === undefined ? undefined : { type, bytes };
}

/** A picture with the first letter of a name, in place of a logo that cannot be had. */
export function monogramOf(name: string): Image {
  const letter = ([...name.trim()][0] ?? '').toLocaleUpperCase('en');
  const escaped = letter.replace(/[<>&"']/g, (character) => `&#${String(character.codePointAt(0))};`);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 56 56" width="56" height="56">
<rect width="56" height="56" rx="8" fill="#eaf5f1"/>
<text x="28" y="28" dy=".36em" text-anchor="middle" font-family="system-ui, sans-serif" font-size="26" font-weight="600" fill="#0b5f52">${escaped}</text>
</svg>`;
  return { type: 'image/svg+xml', bytes: Buffer.from(svg) };
}
