import {
  decodeJwt,
  errors,
  type JWTPayload,
  jwtVerify,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
} from 'jose';
import type Koa from 'koa';
import type { Caller } from '../access/caller.js';
import { accountSubject, clientSubject, COMMAND_LINE_CLIENT, outsideSubject } from '../access/subjects.js';
import type { Actor } from '../audit/audit.service.js';
import { AppError } from '../../platform/errors/errors.js';
import { challenge, type RequestState } from '../../platform/http/http.js';
import { adminAudience } from './admin-audience.js';
import { claimedRoles, outsideKeys, type OutsideIssuer } from './outside-issuers.js';
import { CLIENT_TOKEN } from './client-token.js';

/** What a request to the admin API carries once its token was verified. */
export interface AdminState extends RequestState {
  actor: Actor;
  caller: Caller;
}

/** Whom the admin API trusts. `ownKeys` finds the public keys that our own tokens are signed with. */
export interface AdminTrust {
  issuer: string;
  ownKeys: JWTVerifyGetKey;
  outside: readonly OutsideIssuer[];
  liveClients: { scopesOf(clientId: string, issuedAt: number): Promise<readonly string[] | undefined> };
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
 * Lets a request pass whose bearer token is an access token for the admin API (RFC 6750, RFC 9068): our own, obtained by
 * a client that still exists or on the command line, or one of a configured outside issuer. What its bearer may do is
 * for `AccessService` to say. Throws AppError `unauthenticated`, or `unavailable` when an outside issuer's keys cannot
 * be had.
 */
export function requireAdminToken(trust: AdminTrust): Koa.Middleware<AdminState> {
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
      const caller = await verify(token);
      ctx.state.caller = caller;
      ctx.state.actor = { subject: caller.subject, address: ctx.ip, requestId: ctx.state.requestId };
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

function ownVerifier({ issuer, ownKeys, liveClients }: AdminTrust): Verify {
  return async (token) => {
    const { payload } = await jwtVerify(token, ownKeys, {
      ...COMMON,
      issuer,
      audience: adminAudience(issuer),
      typ: 'at+jwt',
      requiredClaims: [...(COMMON.requiredClaims ?? []), 'client_id'],
    });
    const sub = subjectOf(payload);
    const clientId = payload['client_id'];
    if (typeof clientId !== 'string') throw refused('The token has no usable client_id.');
    const scopes = scopesOf(payload['scope']);
    if (clientId !== COMMAND_LINE_CLIENT) {
      const left = await liveClients.scopesOf(clientId, payload.iat ?? 0);
      if (!left)
        throw refused('The client of the token does not exist any more, or has lost what was issued to it.');
      for (const scope of scopes) if (!left.includes(scope)) scopes.delete(scope);
    }
    // A client's id may be chosen, even to look like an account's; what the token says of its subject may not.
    const ofClient = payload['sub_type'] === CLIENT_TOKEN.sub_type;
    const subject = ofClient ? clientSubject(sub) : accountSubject(sub);
    return { subject, scopes, claimedRoles: [] };
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
    return {
      subject: outsideSubject(outside.issuer, subjectOf(payload)),
      scopes: scopesOf(payload[outside.scopeClaim]),
      claimedRoles: claimedRoles(payload, outside),
    };
  };
}

/** Only chooses the verifier, which then checks the issuer for real. */
function issuerOf(token: string): string {
  const { iss } = decodeJwt(token);
  return typeof iss === 'string' ? iss : '';
}

function subjectOf({ sub }: JWTPayload): string {
  if (typeof sub !== 'string' || sub === '' || sub.length > 255 || /[\p{Cc}\p{Surrogate}]/u.test(sub))
    throw refused('The token has no usable subject.');
  return sub;
}

function scopesOf(claim: unknown): Set<string> {
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
