import { decodeJwt, decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from 'jose';
import { OUTSIDE_ALGORITHMS } from '../../settings/protocol/outside-algorithms.js';
import { IssuerKeys, type KeySource, KeysUnavailable } from './issuer-keys.js';
import { matchesSubject, type TrustedIssuer } from './trusted-issuer.js';

const MAX_LIFETIME = 7_200;
const CLOCK_TOLERANCE = 60;
const MAX_SUBJECT = 512;

/** Why a JWT of an outside issuer is refused, in the middle of a sentence, without anything of the JWT. */
export class UntrustedToken extends Error {
  constructor(
    message: string,
    /** The same for operators, who may learn more. */
    readonly detail = message,
  ) {
    super(message);
  }
}

/** An issuer with the subjects that the client may act for; of the client itself, with its keys. */
export type TrustedKeys = TrustedIssuer & KeySource;

/** A JWT that a trusted issuer signed for this server, and the entry that it is trusted by. */
export interface OutsideToken {
  trusted: TrustedKeys;
  subject: string;
  claims: JWTPayload & { exp: number };
  typ: string | undefined;
}

/** Verifies the JWTs of the issuers that clients trust. */
export class OutsideTokensService {
  readonly #keys: IssuerKeys;

  constructor(private readonly issuer: string) {
    this.#keys = new IssuerKeys(issuer.startsWith('http:'));
  }

  /**
   * A JWT of one of these issuers, for one of these audiences (by default this server), of a subject that the client may
   * act for: signed with an asymmetric key, valid now, and for at most two hours. Throws UntrustedToken.
   */
  async verify(token: string, trusted: readonly TrustedKeys[]): Promise<OutsideToken> {
    const { iss, sub } = unverified(token);
    const ofIssuer = trusted.filter(({ issuer }) => issuer === iss);
    if (ofIssuer.length === 0) throw new UntrustedToken('it is of an issuer that this client does not trust');
    if (
      typeof sub !== 'string' ||
      sub === '' ||
      sub.length > MAX_SUBJECT ||
      /[\p{Cc}\p{Surrogate}]/u.test(sub)
    )
      throw new UntrustedToken('its sub is missing or cannot be used');
    const ofSubject = ofIssuer.filter(({ subject }) => matchesSubject(subject, sub));
    if (ofSubject.length === 0) throw new UntrustedToken('its sub is none that this client may act for');
    let refused: unknown;
    for (const entry of ofSubject) {
      try {
        return await this.#verify(token, entry, sub);
      } catch (error) {
        refused = error;
      }
    }
    throw reasonOf(refused);
  }

  async #verify(token: string, trusted: TrustedKeys, subject: string): Promise<OutsideToken> {
    const { payload, protectedHeader } = await jwtVerify(
      token,
      (header, jws) => this.#keys.find(trusted, header, jws),
      {
        algorithms: OUTSIDE_ALGORITHMS,
        issuer: trusted.issuer,
        audience: trusted.audience ?? this.issuer,
        subject,
        clockTolerance: CLOCK_TOLERANCE,
        requiredClaims: ['iss', 'sub', 'aud', 'exp'],
      },
    );
    const now = Date.now() / 1000;
    const { exp = 0, iat, nbf } = payload;
    if (iat !== undefined && iat > now + CLOCK_TOLERANCE)
      throw new UntrustedToken('its iat is in the future');
    if (exp - (iat ?? nbf ?? now) > MAX_LIFETIME)
      throw new UntrustedToken('it is valid for more than two hours');
    return { trusted, subject, claims: { ...payload, exp }, typ: protectedHeader.typ };
  }
}

/** What the token says, to choose who verifies it. Throws UntrustedToken. */
export function unverified(token: string): JWTPayload & { typ: string | undefined } {
  try {
    const { typ } = decodeProtectedHeader(token);
    return { ...decodeJwt(token), typ };
  } catch {
    throw new UntrustedToken('it is no JWT');
  }
}

function reasonOf(error: unknown): unknown {
  if (error instanceof KeysUnavailable)
    return new UntrustedToken(
      'the keys of its issuer cannot be had now',
      `the keys of its issuer cannot be had: ${error.message}`,
    );
  if (error instanceof errors.JWTExpired) return new UntrustedToken('it has expired');
  if (error instanceof errors.JWTClaimValidationFailed) {
    const claim = ['iss', 'sub', 'aud', 'exp', 'nbf', 'iat'].find((name) => name === error.claim);
    return new UntrustedToken(claim ? `its ${claim} is missing or wrong` : 'its claims are wrong');
  }
  if (error instanceof errors.JOSEAlgNotAllowed)
    return new UntrustedToken('it is signed with an algorithm that is not accepted');
  // jose throws TypeError for a key that it refuses, such as RSA with fewer than 2048 bits.
  if (error instanceof errors.JOSEError || error instanceof TypeError)
    return new UntrustedToken('its signature is wrong');
  return error;
}
