import { errors, type Provider } from 'oidc-provider';
import type { LiveClient } from '../../registry/live-clients/live-client.js';

type Grant = InstanceType<Provider['Grant']>;

/** A token that a client presented, verified and not revoked. */
export interface PresentedToken {
  /** Undefined for this server. */
  issuer: string | undefined;
  subject: string;
  /** Whom this server issued it to; undefined for a token of another issuer. */
  client: LiveClient | undefined;
  /** What the person allowed that client; undefined for tokens of clients and of other issuers. */
  grant: Grant | undefined;
  audience: unknown;
  /** Undefined for what is no access token. */
  scopes: readonly string[] | undefined;
  /** Seconds since the epoch. */
  expiresAt: number;
  /** The thumbprint of the key that it is bound to. */
  jkt: string | undefined;
  /** The session that it ends with. */
  session: { sessionUid?: string; expiresWithSession?: boolean };
  claims: Readonly<Record<string, unknown>>;
}

/** The error of a token that is not accepted (RFC 8693 section 2.2.2). */
export function tokenRefused(parameter: string, why: string): Error {
  return new errors.InvalidRequest(`${parameter} is refused: ${why}`);
}

/** One answer for all that this server does not know or does not tell about. */
export const NOT_VALID = 'it is not valid here, has expired, or was revoked';

/** The thumbprint of `cnf`. Throws for a token that is bound in another way. */
export function keyOf(parameter: string, cnf: unknown): string | undefined {
  if (cnf === undefined || cnf === null) return undefined;
  const { jkt, ...others } = Object(cnf) as Record<string, unknown>;
  if (typeof jkt === 'string' && Object.keys(others).length === 0) return jkt;
  throw tokenRefused(parameter, 'it is bound in a way that cannot be checked here');
}
