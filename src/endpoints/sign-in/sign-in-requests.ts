import { createHash, randomBytes } from 'node:crypto';
import type { Vault } from '../../platform/crypto/sealing.js';
import { ENGINE_ROUTES } from '../../platform/http/protocol-paths.js';
import { CREATE_ACCOUNT } from '../oidc-requests/account-prompts.js';
import { OWN_CLIENT_ID, OWN_REDIRECT_PATH } from '../../registry/live-clients/own-client.js';

const PURPOSE = 'own-sign-in';
const LIFETIME_SECONDS = 3_600;

/** What a sign-in must be like: at most `maxAge` seconds ago, or with this `acr`. */
export interface Required {
  maxAge?: number | undefined;
  acr?: string | undefined;
  /** A new account is wanted. */
  creates?: boolean;
}

/** What the state of a request says about it. */
interface Begun {
  to: string;
  salt: string;
  /** Seconds since the epoch. */
  expires: number;
}

/**
 * Authorization requests of the built-in client. Nothing is stored: `state` is sealed, and the PKCE verifier is derived
 * from it and a random key in a cookie, so that a response is of use only in the browser that made the request.
 */
export class SignInRequests {
  constructor(
    private readonly vault: Vault,
    private readonly issuer: string,
  ) {}

  /** A new key for a browser's cookie. */
  newBrowserKey(): string {
    return randomBytes(32).toString('base64url');
  }

  /** The URL of an authorization request that leads to the path `to` in the end. */
  begin(browserKey: string, to: string, { maxAge, acr, creates }: Required): string {
    const salt = randomBytes(16).toString('base64url');
    const begun: Begun = { to, salt, expires: Math.floor(Date.now() / 1000) + LIFETIME_SECONDS };
    const url = new URL(ENGINE_ROUTES.authorization, this.issuer);
    url.search = new URLSearchParams({
      client_id: OWN_CLIENT_ID,
      redirect_uri: this.redirectUri,
      response_type: 'code',
      scope: 'openid',
      state: this.vault.seal(PURPOSE, JSON.stringify(begun), 'state').toString('base64url'),
      code_challenge: createHash('sha256').update(this.#verifier(browserKey, salt)).digest('base64url'),
      code_challenge_method: 'S256',
      ...(maxAge === undefined ? {} : { max_age: String(maxAge) }),
      ...(acr === undefined ? {} : { acr_values: acr }),
      ...(creates ? { prompt: CREATE_ACCOUNT } : {}),
    }).toString();
    return url.href;
  }

  /** The path to go on to and the PKCE verifier; undefined when the state is not ours or has expired. */
  read(state: string | undefined, browserKey: string): { to: string; verifier: string } | undefined {
    try {
      const opened = this.vault.open(PURPOSE, Buffer.from(state ?? '', 'base64url'), 'state').toString();
      const { to, salt, expires } = JSON.parse(opened) as Begun;
      return expires > Date.now() / 1000 ? { to, verifier: this.#verifier(browserKey, salt) } : undefined;
    } catch {
      return undefined;
    }
  }

  get redirectUri(): string {
    return this.issuer + OWN_REDIRECT_PATH;
  }

  #verifier(browserKey: string, salt: string): string {
    return this.vault.digest(PURPOSE, `${browserKey} ${salt}`).toString('base64url');
  }
}
