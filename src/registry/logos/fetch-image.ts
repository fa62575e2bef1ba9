import { request } from 'node:https';
import { isIP } from 'node:net';
import { isPublicAddress } from '../../platform/outgoing/public-addresses.js';
import { publicLookup } from '../../platform/outgoing/public-lookup.js';
import { type Image, imageOf } from './image.js';

const MAX_BYTES = 256 * 1024;
const TIMEOUT_MS = 3_000;
const MAX_REDIRECTS = 3;

/**
 * Fetches an image over https, without cookies, referrer or anything of the person who is going to see it. Undefined when
 * it cannot be had within 3 s, has more than 256 KiB, or is no PNG, JPEG, GIF or WebP.
 *
 * @param allowPrivate whether addresses that are not public may be connected to
 */
export async function fetchImage(uri: string, allowPrivate: boolean): Promise<Image | undefined> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  let url = URL.parse(uri);
  try {
    for (let hops = 0; url && hops <= MAX_REDIRECTS; hops++) {
      const answer = await get(url, allowPrivate, signal);
      if (Buffer.isBuffer(answer)) return imageOf(answer);
      url = answer;
    }
  } catch {
    // The page is shown without the logo; the client's server is not ours to report.
  }
  return undefined;
}

/** The body of a 200, or where a redirect leads. Throws for anything else. */
function get(url: URL, allowPrivate: boolean, signal: AbortSignal): Promise<Buffer | URL> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  // A literal address is not looked up.
  if (url.protocol !== 'https:' || (!allowPrivate && isIP(host) !== 0 && !isPublicAddress(host)))
    return Promise.reject(new Error('this address is not fetched'));
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      {
        agent: false,
        signal,
        headers: { accept: 'image/png, image/jpeg, image/gif, image/webp', 'accept-encoding': 'identity' },
        ...(allowPrivate ? {} : { lookup: publicLookup }),
      },
      (response) => {
        const { statusCode: status = 0, headers } = response;
        const fail = (reason: string) => response.destroy(new Error(reason));
        response.on('error', reject);
        const target = status > 300 && status < 400 && headers.location ? headers.location : undefined;
        if (target !== undefined) {
          response.destroy();
          const next = URL.parse(target, url.href);
          if (next) resolve(next);
          else reject(new Error('it redirects nowhere'));
          return;
        }
        if (status !== 200) return void fail(`it answered ${String(status)}`);
        const chunks: Buffer[] = [];
        let bytes = 0;
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          chunks.push(chunk);
          if (bytes > MAX_BYTES) fail('it is too large');
        });
        response.on('end', () => resolve(Buffer.concat(chunks)));
      },
    );
    sent.on('error', reject);
    sent.end();
  });
}
