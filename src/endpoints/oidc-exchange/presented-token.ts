import { errors, type Provider } from 'oidc-provider';
import type { AuthorizationDetail } from '../../registry/authorization-details/detail-check.js';
import type { LiveClient } from '../../registry/live-clients/live-client.js';

type Grant = InstanceType<Provider['Grant']>;

/** The thumbprints of the key (RFC 9449) or the certificate (RFC 8705) that a token is bound to; none for a bearer token. */
export type Binding = { jkt?: string; 'x5t#S256'?: string };

/** A token that a client presented, verified and not revoked. */
export interface PresentedToken {
  /** Undefined for this server. */
  issuer: string | undefined;
  /** Of a person of this server: the id of the account. */
  subject: string;
  /** Whom this server issued it to; undefined for a token of another issuer. */
  client: LiveClient | undefined;
  /** What the person allowed that client; undefined for tokens of clients and of other issuers. */
  grant: Grant | undefined;
  audience: unknown;
  /** Undefined for what is no access token. */
  scopes: readonly string[] | undefined;
  /** The authorization details (RFC 9396) of an access token of this server. */
  details: readonly AuthorizationDetail[];
  /** Seconds since the epoch. */
  expiresAt: number;
  binding: Binding;
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

/** What `cnf` binds a token to. Throws InvalidRequest for a binding that cannot be checked here. */
export function bindingOf(parameter: string, cnf: unknown): Binding {
  const { jkt, 'x5t#S256': x5t, ...others } = Object(cnf ?? {}) as Record<string, unknown>;
  if (Object.keys(others).length > 0)
    throw tokenRefused(parameter, 'it is bound in a way that cannot be checked here');
  return {
    ...(typeof jkt === 'string' ? { jkt } : {}),
    ...(typeof x5t === 'string' ? { 'x5t#S256': x5t } : {}),
  };
}
