import {
  createLocalJWKSet,
  errors,
  type FlattenedJWSInput,
  type JSONWebKeySet,
  type JWSHeaderParameters,
} from 'jose';
import QuickLRU from 'quick-lru';
import { failureReason } from '../../platform/outgoing/failure-reason.js';
import { guardedFetch } from '../../platform/outgoing/guarded-fetch.js';
import { plainFetch } from '../../platform/outgoing/outgoing-requests.js';
import { readBody } from '../../platform/outgoing/read-body.js';
import { parseJsonObject } from '../../platform/wire/json-object.js';
import { shownUri } from '../usage/failure-detail.js';

const MAX_KEY_SETS = 1_000;
const KEPT_MILLISECONDS = 600_000;
/** After a failure, and before keys are fetched again for an unknown key. */
const PAUSE_MILLISECONDS = 30_000;
/** Keys stay in use for so long after they were fetched while their issuer does not answer. */
const OLDEST_MILLISECONDS = 3_600_000;
const TIMEOUT_MILLISECONDS = 5_000;
const MAX_BYTES = 256 * 1024;

/** The keys of an issuer cannot be had now; the message, which is for operators, says from where and why. */
export class KeysUnavailable extends Error {
  override readonly name = 'KeysUnavailable';
}

/** Where the keys of an issuer are: here, at a URL, or where its discovery says. */
export interface KeySource {
  issuer: string;
  jwks?: { keys: object[] } | null;
  jwks_uri?: string | undefined;
  /** Whether the installation itself names the URL: then any address is good. */
  isOfInstallation?: true;
}

type FindKey = ReturnType<typeof createLocalJWKSet>;

/** The newest keys of an issuer, and how the last attempt to fetch them went. */
interface KnownKeys {
  triedAt: number;
  /** Why the last attempt failed; undefined when it did not. */
  failure: string | undefined;
  keys: FindKey | undefined;
  /** When the keys were fetched. */
  fetchedAt: number;
}

/**
 * The keys of issuers that clients trust, by where they are: fetched when first needed, under the rules for addresses that
 * clients gave, one fetch at a time for each, kept for ten minutes, and fetched again, at most every 30 seconds, for an
 * unknown key or after a failure. While fetching fails, the last keys are used until they are an hour old.
 */
export class IssuerKeys {
  readonly #known = new QuickLRU<string, KnownKeys>({ maxSize: MAX_KEY_SETS });
  readonly #fetching = new Map<string, Promise<KnownKeys>>();

  /** @param isLocal whether the installation is on this computer, and so are the issuers. */
  constructor(private readonly isLocal: boolean) {}

  /** The key that the header names. Throws KeysUnavailable, and JOSEError when there is no such key. */
  async find(
    source: KeySource,
    header: JWSHeaderParameters,
    token: FlattenedJWSInput,
  ): Promise<Awaited<ReturnType<FindKey>>> {
    if (source.jwks) return createLocalJWKSet(source.jwks)(header, token);
    const name = JSON.stringify([source.issuer, source.jwks_uri, source.isOfInstallation]);
    const known = this.#known.get(name);
    const age = known ? Date.now() - known.triedAt : Infinity;
    const isUsable = known && age < (known.failure ? PAUSE_MILLISECONDS : KEPT_MILLISECONDS);
    const found = isUsable ? known : await this.#fetch(name, source);
    if (!found.keys) throw new KeysUnavailable(found.failure);
    try {
      return await found.keys(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      const isFresh = Date.now() - found.triedAt < PAUSE_MILLISECONDS;
      if (isFresh && !found.failure) throw error;
      const { failure, keys } = isFresh ? found : await this.#fetch(name, source);
      if (failure || !keys) throw new KeysUnavailable(failure);
      return keys(header, token);
    }
  }

  #fetch(name: string, source: KeySource): Promise<KnownKeys> {
    const current = this.#fetching.get(name);
    if (current) return current;
    const fetching = this.#read(source)
      .then(
        (keys) => ({ triedAt: Date.now(), failure: undefined, keys, fetchedAt: Date.now() }),
        (error: unknown) => this.#afterFailure(this.#known.get(name), error),
      )
      .then((known) => {
        this.#known.set(name, known);
        return known;
      })
      .finally(() => this.#fetching.delete(name));
    this.#fetching.set(name, fetching);
    return fetching;
  }

  #afterFailure(last: KnownKeys | undefined, error: unknown): KnownKeys {
    const fetchedAt = last?.fetchedAt ?? -Infinity;
    const keys = Date.now() - fetchedAt < OLDEST_MILLISECONDS ? last?.keys : undefined;
    return { triedAt: Date.now(), failure: failureReason(error), keys, fetchedAt };
  }

  async #read({ issuer, jwks_uri: jwksUri, isOfInstallation }: KeySource): Promise<FindKey> {
    const url = jwksUri ?? (await this.#discover(issuer));
    return createLocalJWKSet((await this.#json(url, isOfInstallation === true)) as unknown as JSONWebKeySet);
  }

  /** OpenID Connect Discovery section 4. */
  async #discover(issuer: string): Promise<string> {
    const metadata = await this.#json(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
    const { issuer: named, jwks_uri: jwksUri } = metadata;
    if (named !== issuer) throw new Error(`discovery of ${issuer} names another issuer`);
    if (typeof jwksUri !== 'string') throw new Error(`discovery of ${issuer} has no jwks_uri`);
    return jwksUri;
  }

  async #json(url: string, allowPrivate = false): Promise<Record<string, unknown>> {
    const signal = AbortSignal.timeout(TIMEOUT_MILLISECONDS);
    const headers = { accept: 'application/json', 'accept-encoding': 'identity' };
    try {
      const response = this.isLocal
        ? await plainFetch(url, { headers, signal, redirect: 'manual' })
        : await guardedFetch(url, { headers, signal }, allowPrivate);
      if (response.status !== 200) {
        await response.body?.cancel();
        throw new Error(`its server answered ${String(response.status)}`);
      }
      return parseJsonObject((await readBody(response, MAX_BYTES)).toString());
    } catch (error) {
      // Addresses of the installation's own network are not for those who run one client.
      if (allowPrivate) throw new Error('its jwks_uri in IDENTITY_ISSUERS cannot be used');
      throw new Error(`${failureReason(error)} (${shownUri(url) ?? 'no URL'})`);
    }
  }
}
