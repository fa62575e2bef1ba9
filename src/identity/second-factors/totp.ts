import { randomBytes } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';

const SECRET_BYTES = 20;
const PERIOD_SECONDS = 30;
const DIGITS = 6;

/** 160 random bits (RFC 4226 section 4, requirement R6). */
export function newTotpSecret(): Buffer {
  return randomBytes(SECRET_BYTES);
}

/** The secret as people type it into an authenticator app: base32 in groups of four. */
export function readableSecret(secret: Buffer): string {
  return (toSecret(secret).base32.match(/.{1,4}/g) ?? []).join(' ');
}

/** The `otpauth:` URI of the QR code. */
export function totpUri(secret: Buffer, issuer: string, label: string): string {
  return totpOf(secret, issuer, label).toString();
}

/**
 * The time step whose code this is: the present one, or one before or after it (RFC 6238 section 5.2); undefined for a
 * wrong code. Codes are compared in constant time.
 *
 * @param now milliseconds since the epoch
 */
export function stepOfCode(secret: Buffer, code: string, now = Date.now()): number | undefined {
  const delta = totpOf(secret).validate({ token: code, timestamp: now, window: 1 });
  return delta === null ? undefined : Math.floor(now / 1000 / PERIOD_SECONDS) + delta;
}

/** The digits of what a person typed; undefined when it is no code. */
export function codeDigits(text: string): string | undefined {
  const digits = text.replace(/\s/g, '');
  return /^\d{6}$/.test(digits) ? digits : undefined;
}

function totpOf(secret: Buffer, issuer = '', label = ''): TOTP {
  const options = { algorithm: 'SHA1', digits: DIGITS, period: PERIOD_SECONDS };
  return new TOTP({ ...options, issuer, label, secret: toSecret(secret) });
}

function toSecret(secret: Buffer): Secret {
  return new Secret({ buffer: new Uint8Array(secret).buffer });
}
