import {
  decodeJwt,
  errors,
  jwtVerify,
  type JWTPayload,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
} from 'jose';
import type { Delegation } from '../access/delegation.js';
import { jwtType } from '../../platform/crypto/jwt-type.js';
import { OUTSIDE_ALGORITHMS } from '../../settings/protocol/outside-algorithms.js';
import { accountSubject, clientSubject, COMMAND_LINE_CLIENT } from '../access/subjects.js';
import { adminAudience } from './admin-audience.js';
import { outsideCaller, type OutsideIssuer, outsideKeys } from './outside-issuers.js';
import type { ProofTrust } from './proof-of-possession.js';
import { invalidToken, scopesOf, subjectOf, type VerifiedToken } from './token-claims.js';
import { signInOf } from './fresh-sign-in.js';
import { introspector, type OwnTokens } from './token-introspection.js';
import { CLIENT_TOKEN } from './client-token.js';

/** The issuers of tokens that the admin API accepts. `ownKeys` finds the public keys of our own tokens. */
export interface AdminTrust extends ProofTrust {
  ownKeys: JWTVerifyGetKey;
  outside: readonly OutsideIssuer[];
  accounts: { acceptsTokens(accountId: string, issuedAt: number): Promise<boolean> };
  /** Whether an account has a second factor. */
  factors: { isEnrolled(accountId: string): Promise<boolean> };
  ownTokens: OwnTokens & {
    /** Whether the grant that a token of a person names was not taken back. */
    isGranted(claims: JWTPayload): Promise<boolean>;
  };
  liveClients: {
    delegationOf(
      clientId: string,
      issuedAt: number,
    ): Promise<(Delegation & { scopes: readonly string[] }) | undefined>;
  };
  /** The account that a token for this client calls so; undefined when there is none, or no such client. */
  accountOf(clientId: string, subject: string): Promise<string | undefined>;
}

type Verify = (token: string) => Promise<VerifiedToken>;

const COMMON: JWTVerifyOptions = {
  algorithms: OUTSIDE_ALGORITHMS,
  clockTolerance: 60,
  requiredClaims: ['iss', 'sub', 'aud', 'exp'],
};
const NOT_A_JWT =
  'The token is no JWT. The admin API reads JWTs only: have the issuer make JWT access tokens for this audience.';
const OUTSIDE_TYPES: ReadonlySet<string | undefined> = new Set([undefined, 'jwt', 'at+jwt']);

/**
 * Verifies access tokens for the admin API (RFC 9068): our own, obtained by a client that still exists or issued on the
 * command line, and those of the configured outside issuers, of which one may have opaque tokens. It throws AppError
 * `unauthenticated`, or `unavailable` when an outside issuer does not answer. What the caller may do is for
 * `AccessService` to decide.
 */
export function adminTokenVerifier(trust: AdminTrust): Verify {
  const verifiers = new Map<string, Verify>(
    trust.outside.map((outside) => [outside.issuer, outsideVerifier(outside)]),
  );
  verifiers.set(trust.issuer, ownVerifier(trust));
  const introspect = introspector(trust);
  return async (token) => {
    try {
      if (token.split('.').length !== 3) {
        if (introspect) return await introspect(token);
        throw invalidToken(NOT_A_JWT);
      }
      const verify = verifiers.get(issuerOf(token));
      if (!verify) throw invalidToken('The token is from an issuer that is not accepted here.');
      return await verify(token);
    } catch (error) {
      if (error instanceof errors.JOSEError) throw invalidToken(reasonOf(error));
      // jose throws it for a key that it refuses, such as RSA with fewer than 2048 bits.
      if (error instanceof TypeError)
        throw invalidToken('The key that signed the token is too weak or cannot be used.');
      throw error;
    }
  };
}

function ownVerifier(trust: AdminTrust): Verify {
  const { accounts, factors, issuer, ownKeys, ownTokens, liveClients } = trust;
  return async (token) => {
    const { payload } = await jwtVerify(token, ownKeys, {
      ...COMMON,
      issuer,
      audience: adminAudience(issuer),
      typ: 'at+jwt',
      requiredClaims: [...(COMMON.requiredClaims ?? []), 'client_id'],
    });
    const sub = subjectOf(payload);
    const { cnf } = payload;
    const clientId = payload['client_id'];
    if (typeof clientId !== 'string') throw invalidToken('The token has no usable client_id.');
    const scopes = scopesOf(payload['scope']);
    let delegation: (Delegation & { scopes: readonly string[] }) | undefined;
    if (clientId !== COMMAND_LINE_CLIENT) {
      delegation = await liveClients.delegationOf(clientId, payload.iat ?? 0);
      const left = delegation?.scopes;
      if (!left)
        throw invalidToken(
          'The client of the token does not exist any more, or has lost what was issued to it.',
        );
      for (const scope of scopes) if (!left.includes(scope)) scopes.delete(scope);
    }
    // A client's id may be chosen, even to look like an account's; what the token says of its subject may not.
    const ofClient = payload['sub_type'] === CLIENT_TOKEN.sub_type;
    if (ofClient) return { caller: { subject: clientSubject(sub), scopes, claimedRoles: [] }, cnf };
    const accountId = clientId === COMMAND_LINE_CLIENT ? sub : await trust.accountOf(clientId, sub);
    if (accountId === undefined || !(await accounts.acceptsTokens(accountId, payload.iat ?? 0)))
      throw invalidToken(
        'The account of the token does not exist any more, is disabled, or has a new password.',
      );
    if (!(await ownTokens.isGranted({ ...payload, sub: accountId })))
      throw invalidToken('The person took back what they allowed the client of the token.');
    const caller = { subject: accountSubject(accountId), scopes, claimedRoles: [] };
    if (!delegation) return { caller, cnf };
    const signIn = signInOf(payload, () => factors.isEnrolled(accountId));
    return { caller: { ...caller, delegation, signIn }, cnf };
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
    const type = jwtType(protectedHeader.typ);
    if (!OUTSIDE_TYPES.has(type)) throw invalidToken('The token is no access token.');
    return { caller: outsideCaller(payload, outside), cnf: payload['cnf'] };
  };
}

/** The unverified issuer, only to choose the verifier, which checks it. */
function issuerOf(token: string): string {
  const { iss } = decodeJwt(token);
  return typeof iss === 'string' ? iss : '';
}

/** Why a token is invalid, in a sentence that contains nothing of the token. */
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
