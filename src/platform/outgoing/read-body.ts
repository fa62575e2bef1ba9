/** A body has more bytes than are read. */
export class BodyTooLarge extends Error {}

/** The body of a response. Throws BodyTooLarge, and reads no further, when it has more than `maxBytes`. */
export async function readBody({ body }: Response, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new BodyTooLarge(`it has more than ${String(maxBytes)} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
