import QuickLRU from 'quick-lru';
import { equalInConstantTime, type Vault } from '../../platform/crypto/sealing.js';
import type { LiveClientsService } from '../live-clients/live-clients.service.js';
import { fetchImage } from './fetch-image.js';
import { type Image, monogramOf } from './image.js';

/** 25 MiB at most, with images of 256 KiB. */
const CACHED_LOGOS = 100;
const KEPT_MS = 60 * 60_000;
const FAILURE_KEPT_MS = 5 * 60_000;
const MAX_FETCHES = 8;

/** A logo is kept; undefined when it could not be had. */
type Found = { image: Image | undefined };

/**
 * The logos of clients, fetched by this server, so that a client does not learn who looks at a page with its logo. A
 * process keeps them for an hour, and for five minutes that there is none.
 */
export class LogosService {
  readonly #kept = new QuickLRU<string, Found>({ maxSize: CACHED_LOGOS, maxAge: KEPT_MS });
  readonly #fetching = new Map<string, Promise<Image | undefined>>();

  /** @param allowPrivate whether logos may be on this computer or its networks, as in development */
  constructor(
    private readonly liveClients: LiveClientsService,
    private readonly vault: Vault,
    private readonly allowPrivate: boolean,
  ) {}

  /** The path of a logo on this server; only pages know it, and it changes with the URI. */
  pathOf(clientId: string, logoUri: string): string {
    return `/logos/${encodeURIComponent(clientId)}/${this.#digest(clientId, logoUri)}`;
  }

  /**
   * The logo under a path of `pathOf`, or a picture with the client's first letter when it cannot be had. Undefined when
   * the client has no logo, or has another one by now.
   */
  async find(clientId: string, digest: string): Promise<{ image: Image; isLogo: boolean } | undefined> {
    const record = (await this.liveClients.find(clientId))?.record;
    if (!record || record.logoUri === null) return undefined;
    const expected = Buffer.from(this.#digest(clientId, record.logoUri));
    if (!equalInConstantTime(Buffer.from(digest), expected)) return undefined;
    const image = await this.#image(record.logoUri);
    return image ? { image, isLogo: true } : { image: monogramOf(record.clientName), isLogo: false };
  }

  async #image(uri: string): Promise<Image | undefined> {
    const kept = this.#kept.get(uri);
    if (kept) return kept.image;
    const started = this.#fetching.get(uri);
    if (started) return started;
    if (this.#fetching.size >= MAX_FETCHES) return undefined;
    const fetching = fetchImage(uri, this.allowPrivate)
      .then((image) => {
        this.#kept.set(uri, { image }, { maxAge: image ? KEPT_MS : FAILURE_KEPT_MS });
        return image;
      })
      .finally(() => this.#fetching.delete(uri));
    this.#fetching.set(uri, fetching);
    return fetching;
  }

  #digest(clientId: string, logoUri: string): string {
    return this.vault.digest('logos', `${clientId} ${logoUri}`).subarray(0, 16).toString('base64url');
  }
}
