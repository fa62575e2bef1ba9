import {
  decodeJwt,
  errors,
  type JWTPayload,
  jwtVerify,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
} from 'jose';
import type Koa from 'koa';
import type { Actor } from '../audit/audit.service.js';
import { AppError } from '../errors.js';
import { challenge, type RequestState } from '../http.js';
import { outsideKeys, type OutsideIssuer } from './outside-issuers.js';

/** What the admin API lets a token do. */
export type AdminScope = 'clients.read' | 'clients.write';

/** What a request to the admin API carries once its token was verified. */
export interface AdminState extends RequestState {
  actor: Actor;
  scopes: ReadonlySet<string>;
}

/** Whom the admin API trusts. `ownKeys` finds the public keys that our own tokens are signed with. */
export interface AdminTrust {
  issuer: string;
  ownKeys: JWTVerifyGetKey;
  outside: readonly OutsideIssuer[];
  clients: { isLive(clientId: string, issuedAt?: number): Promise<boolean> };
  accounts: { isOperator(accountId: string): Promise<boolean> };
}

interface Caller {
  subject: string;
  scopes: ReadonlySet<string>;
}
type Verify = (token: string) => Promise<Caller>;

const COMMON: JWTVerifyOptions = {
  // Asymmetric only: a symmetric key would let whoever verifies tokens make them.
  algorithms: [
    'RS256',
    'RS384',
    'RS512',
    'PS256',
    'PS384',
    'PS512',
    'ES256',
    'ES384',
    'ES512',
    'EdDSA',
    'Ed25519',
  ],
  clockTolerance: 60,
  requiredClaims: ['iss', 'sub', 'aud', 'exp'],
};
const OUTSIDE_TYPES: ReadonlySet<string | undefined> = new Set([undefined, 'jwt', 'at+jwt']);
const BEARER = /^Bearer +([A-Za-z0-9\-._~+/]+=*) *$/i;

/**
 * Lets a request pass whose bearer token is an access token for the admin API (RFC 6750, RFC 9068): our own, of a client
 * that still exists or of an operator, or one of a configured outside issuer. Throws AppError `unauthenticated`,
 * `forbidden` for people who are no operators, or `unavailable` when an outside issuer's keys cannot be had.
 */
export function adminAuth(trust: AdminTrust): Koa.Middleware<AdminState> {
  const verifiers = new Map<string, Verify>(
    trust.outside.map((outside) => [outside.issuer, outsideVerifier(outside)]),
  );
  verifiers.set(trust.issuer, ownVerifier(trust));
  return async (ctx, next) => {
    const header = ctx.get('Authorization');
    if (!/^Bearer(?: |$)/i.test(header)) {
      throw new AppError('unauthenticated', 'Send an access token: Authorization: Bearer …');
    }
    const token = BEARER.exec(header)?.[1];
    try {
      if (token === undefined) throw refused('The bearer token has characters that no token has.');
      const verify = verifiers.get(issuerOf(token));
      if (!verify) throw refused('The token is from an issuer that is not accepted here.');
      const { subject, scopes } = await verify(token);
      ctx.state.actor = { subject, address: ctx.ip, requestId: ctx.state.requestId };
      ctx.state.scopes = scopes;
    } catch (error) {
      const refusal = error instanceof errors.JOSEError ? refused(reasonOf(error)) : error;
      if (refusal instanceof AppError && refusal.kind === 'unauthenticated') {
        ctx.set(
          'WWW-Authenticate',
          challenge({ error: 'invalid_token', error_description: refusal.message }),
        );
      }
      throw refusal;
    }
    await next();
  };
}

/** Lets a request pass whose token has the scope. Throws AppError `forbidden`. */
export function requireScope(scope: AdminScope): Koa.Middleware<AdminState> {
  return async (ctx, next) => {
    if (!ctx.state.scopes.has(scope)) {
      ctx.set('WWW-Authenticate', challenge({ error: 'insufficient_scope', scope }));
      throw new AppError('forbidden', `The token needs the scope ${scope}.`);
    }
    await next();
  };
}

function ownVerifier({ issuer, ownKeys, clients, accounts }: AdminTrust): Verify {
  return async (token) => {
    const { payload } = await jwtVerify(token, ownKeys, {
      ...COMMON,
      issuer,
      audience: `${issuer}/admin`,
      typ: 'at+jwt',
      requiredClaims: [...(COMMON.requiredClaims ?? []), 'client_id'],
    });
    const subject = subjectOf(payload);
    // A client's own token names the client as its subject (RFC 9068 section 2.2).
    if (subject === payload['client_id']) {
      if (!(await clients.isLive(subject, payload.iat ?? 0)))
        throw refused('The client of the token does not exist any more.');
    } else if (!(await accounts.isOperator(subject))) {
      throw new AppError('forbidden', 'The token is of a person who is no operator.');
    }
    return { subject, scopes: scopesOf(payload['scope']) };
  };
}

function outsideVerifier(outside: OutsideIssuer): Verify {
  const keys = outsideKeys(outside);
  return async (token) => {
    const { payload, protectedHeader } = await jwtVerify(token, keys, {
      ...COMMON,
      issuer: outside.issuer,
      audience: outside.audience,
    });
    const type = protectedHeader.typ?.toLowerCase().replace(/^application\//, '');
    if (!OUTSIDE_TYPES.has(type)) throw refused('The token is no access token.');
    // Two issuers may use one name for two subjects.
    return {
      subject: `${outside.issuer}|${subjectOf(payload)}`,
      scopes: scopesOf(payload[outside.scopeClaim]),
    };
  };
}

/** Only chooses the verifier, which then checks the issuer for real. */
function issuerOf(token: string): string {
  const { iss } = decodeJwt(token);
  return typeof iss === 'string' ? iss : '';
}

function subjectOf({ sub }: JWTPayload): string {
  if (typeof sub !== 'string' || sub === '' || sub.length > 255)
    throw refused('The token has no usable subject.');
  return sub;
}

function scopesOf(claim: unknown): ReadonlySet<string> {
  const names = typeof claim === 'string' ? claim.split(' ') : Array.isArray(claim) ? claim : [];
  return new Set(names.filter((name): name is string => typeof name === 'string' && name !== ''));
}

function refused(message: string): AppError {
  return new AppError('unauthenticated', message);
}

/** What is wrong with a token, in words of ours that carry nothing from it. */
function reasonOf(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) return 'The token has expired.';
  if (error instanceof errors.JWTClaimValidationFailed) {
    const claim = ['iss', 'sub', 'aud', 'exp', 'nbf', 'typ', 'client_id'].find(
      (name) => name === error.claim,
    );
    return claim
      ? `The token is not good here: ${claim} is missing or wrong.`
      : 'The claims of the token are not good.';
  }
  if (error instanceof errors.JOSEAlgNotAllowed)
    return 'The token is signed with an algorithm that is not accepted.';
  return 'The token is malformed or its signature is not good.';
}
