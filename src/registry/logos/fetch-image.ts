import { guardedFetch } from '../../platform/outgoing/guarded-fetch.js';
import { readBody } from '../../platform/outgoing/read-body.js';
import { type Image, imageOf } from './image.js';

const MAX_BYTES = 256 * 1024;
const TIMEOUT_MS = 3_000;
const MAX_REDIRECTS = 3;
const HEADERS = {
  accept: 'image/png, image/jpeg, image/gif, image/webp',
  'accept-encoding': 'identity',
};

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
      const response = await guardedFetch(url, { headers: HEADERS, signal }, allowPrivate);
      if (response.status === 200) return imageOf(await readBody(response, MAX_BYTES));
      await response.body?.cancel();
      const target = response.status > 300 && response.status < 400 ? response.headers.get('location') : null;
      url = target === null ? null : URL.parse(target, url.href);
    }
  } catch {
    // The page is shown without the logo; the client's server is not ours to report.
  }
  return undefined;
}
