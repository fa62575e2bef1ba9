import { createCipheriv, createHash, pbkdf2, scrypt, type ScryptOptions } from 'node:crypto';
import { promisify } from 'node:util';
import { verify as verifyArgon2 } from '@node-rs/argon2';
import { equalInConstantTime } from './sealing.js';

const derivePbkdf2 = promisify(pbkdf2);
const deriveScrypt = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt);

/** The most that one check may cost: a file of hashes must not be able to stop the server. */
const MAX_BCRYPT_COST = 15;
const MAX_PBKDF2_ITERATIONS = 2_000_000;
const MAX_MEMORY_BYTES = 128 * 1024 * 1024;
const MAX_SCRYPT_PARALLELISM = 4;
const MAX_ARGON2_PASSES = 10;
const MAX_ARGON2_PARALLELISM = 8;
const MIN_KEY_BYTES = 16;
const MAX_KEY_BYTES = 128;
const MAX_TEXT = 1_024;

const BASE64 = '([A-Za-z0-9+/._-]*={0,2})';
const BCRYPT = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/;
const PBKDF2 = new RegExp(
  String.raw`^\$pbkdf2(?:-(sha1|sha256|sha512))?\$(?:i=)?(\d{1,9})(?:,l=\d+)?\$${BASE64}\$${BASE64}$`,
);
const DJANGO = new RegExp(String.raw`^pbkdf2_(sha1|sha256)\$(\d{1,9})\$([^$]+)\$${BASE64}$`);
const SCRYPT = new RegExp(String.raw`^\$scrypt\$ln=(\d{1,9}),r=(\d{1,3}),p=(\d{1,3})\$${BASE64}\$${BASE64}$`);
const FIREBASE = new RegExp(
  String.raw`^\$firescrypt\$ln=(\d{1,9}),r=(\d{1,3}),p=(\d{1,3})\$${BASE64}\$${BASE64}\$${BASE64}\$${BASE64}$`,
);
const ARGON2 = new RegExp(
  String.raw`^\$argon2(?:id|i|d)\$v=19\$m=(\d{1,9}),t=(\d{1,9}),p=(\d{1,9})\$${BASE64}\$${BASE64}$`,
);

/** Of a random secret, as Supabase Auth stores it; of a password it would be guessed at once. */
const SHA256 = /^\$sha256\$([A-Za-z0-9_-]{43})$/;

const UNKNOWN =
  'must be a hash of bcrypt ($2a$, $2b$, $2y$), PBKDF2 ($pbkdf2-sha256$…, pbkdf2_sha256$…), scrypt ($scrypt$…), Firebase ($firescrypt$…) or argon2 ($argon2id$v=19$…)';
const TOO_EXPENSIVE = 'costs more time or memory to check than is accepted';
const BAD_KEY = `must hold a key of ${String(MIN_KEY_BYTES)} to ${String(MAX_KEY_BYTES)} bytes`;

type Check = (password: string) => Promise<boolean>;

/** What is wrong with a password hash of another system, as the end of a sentence; undefined when it is accepted. */
export function passwordHashError(hash: string): string | undefined {
  const bcrypt = BCRYPT.exec(hash);
  if (bcrypt) return Number(bcrypt[1]) > MAX_BCRYPT_COST ? TOO_EXPENSIVE : undefined;
  const check = checkOf(hash);
  return typeof check === 'string' ? check : undefined;
}

/** The form in which an accepted hash is stored: PHP's and Apache's `$2y$` is what is called `$2b$` elsewhere. */
export function storedPasswordHash(hash: string): string {
  return hash.replace(/^\$2y\$/, '$2b$');
}

/** How to check a password against an accepted hash that is not one of bcrypt; undefined for bcrypt. */
export function importedHashCheck(hash: string): Check | undefined {
  if (hash.startsWith('$2')) return undefined;
  const check = checkOf(hash);
  if (typeof check === 'string') throw new Error(`the stored password hash ${check}`);
  return check;
}

/** As `passwordHashError`, for the secret of a client, which may also be `$sha256$` and its SHA-256 in base64url. */
export function secretHashError(hash: string): string | undefined {
  return SHA256.test(hash) ? undefined : passwordHashError(hash);
}

/** As `importedHashCheck`, for the secret of a client. */
export function importedSecretCheck(hash: string): Check | undefined {
  const digest = SHA256.exec(hash)?.[1];
  if (digest === undefined) return importedHashCheck(hash);
  const expected = Buffer.from(digest, 'base64url');
  return async (secret) => equalInConstantTime(createHash('sha256').update(secret).digest(), expected);
}

function checkOf(hash: string): Check | string {
  if (hash.length > MAX_TEXT) return UNKNOWN;
  const [, digest = 'sha1', iterations = '', salt, key] = PBKDF2.exec(hash) ?? [];
  if (key !== undefined) return pbkdf2Check(digest, Number(iterations), bytes(salt), bytes(key));
  const [, djangoDigest = '', rounds = '', saltText = '', djangoKey] = DJANGO.exec(hash) ?? [];
  if (djangoKey !== undefined)
    return pbkdf2Check(djangoDigest, Number(rounds), Buffer.from(saltText), bytes(djangoKey));
  const simple = SCRYPT.exec(hash);
  if (simple) return scryptCheck(simple);
  const firebase = FIREBASE.exec(hash);
  if (firebase) return firebaseCheck(firebase);
  const argon2 = ARGON2.exec(hash);
  return argon2 ? argon2Check(hash, argon2) : UNKNOWN;
}

function pbkdf2Check(digest: string, iterations: number, salt: Buffer, key: Buffer): Check | string {
  if (!isKey(key)) return BAD_KEY;
  if (iterations < 1 || iterations > MAX_PBKDF2_ITERATIONS) return TOO_EXPENSIVE;
  return async (password) =>
    equalInConstantTime(await derivePbkdf2(password, salt, iterations, key.length, digest), key);
}

function scryptCheck([, ln, r, p, salt, key]: RegExpExecArray): Check | string {
  const expected = bytes(key);
  if (!isKey(expected)) return BAD_KEY;
  const options = scryptOptions(Number(ln), Number(r), Number(p));
  if (!options) return TOO_EXPENSIVE;
  return async (password) =>
    equalInConstantTime(await deriveScrypt(password, bytes(salt), expected.length, options), expected);
}

/** Firebase Authentication's scrypt: the derived key encrypts the project's signer key, and that is the hash. */
function firebaseCheck(match: RegExpExecArray): Check | string {
  const [, ln, r, p] = match;
  const [salt, key, separator, signer] = match.slice(4).map(bytes) as [Buffer, Buffer, Buffer, Buffer];
  if (!isKey(key) || signer.length !== key.length) return BAD_KEY;
  const options = scryptOptions(Number(ln), Number(r), Number(p));
  if (!options) return TOO_EXPENSIVE;
  return async (password) => {
    const derived = await deriveScrypt(password, Buffer.concat([salt, separator]), 32, options);
    const cipher = createCipheriv('aes-256-ctr', derived, Buffer.alloc(16));
    return equalInConstantTime(Buffer.concat([cipher.update(signer), cipher.final()]), key);
  };
}

function argon2Check(hash: string, [, m, t, p, , key]: RegExpExecArray): Check | string {
  if (!isKey(bytes(key))) return BAD_KEY;
  const [kilobytes, passes, lanes] = [Number(m), Number(t), Number(p)];
  const cheap = kilobytes * 1024 <= MAX_MEMORY_BYTES && passes <= MAX_ARGON2_PASSES;
  if (!cheap || lanes > MAX_ARGON2_PARALLELISM || lanes < 1 || passes < 1 || kilobytes < 8 * lanes)
    return TOO_EXPENSIVE;
  const unpadded = hash.replace(/=+(?=\$|$)/g, '');
  return (password) => verifyArgon2(unpadded, password);
}

/** `ln` is the cost N or its logarithm, depending on the product that wrote it; no N in use is below 1024. */
function scryptOptions(ln: number, r: number, p: number): ScryptOptions | undefined {
  const N = ln < 32 ? 2 ** ln : ln;
  const memory = 128 * N * r;
  const valid = Number.isInteger(Math.log2(N)) && N > 1 && r >= 1 && p >= 1;
  if (!valid || memory > MAX_MEMORY_BYTES || p > MAX_SCRYPT_PARALLELISM) return undefined;
  return { N, r, p, maxmem: 2 * memory + 1024 * 1024 };
}

function isKey(key: Buffer): boolean {
  return key.length >= MIN_KEY_BYTES && key.length <= MAX_KEY_BYTES;
}

/** Decodes every base64 that these formats use: the standard one, the one of URLs, and passlib's with a dot for `+`. */
function bytes(text = ''): Buffer {
  return Buffer.from(text.replaceAll('.', '+'), 'base64');
}
