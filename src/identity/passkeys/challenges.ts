import { randomBytes } from 'node:crypto';
import type { Vault } from '../../platform/crypto/sealing.js';
import { AppError } from '../../platform/errors/errors.js';
import type { AttemptsService } from '../attempts/attempts.service.js';
import type { RateLimits } from '../attempts/limits.js';

const CHALLENGE_BYTES = 32;
const EXPIRES_BYTES = 8;
const VALID_SECONDS = 5 * 60;

/** A challenge and the sealed form in which the page's form carries it back. */
export interface Challenge {
  challenge: Buffer;
  token: string;
}

/**
 * Challenges of passkeys: 32 random bytes, valid for five minutes, in one context (an interaction or a session) and once.
 * Nothing is stored before one is used.
 */
export class Challenges {
  constructor(
    private readonly vault: Vault,
    private readonly attempts: AttemptsService,
    private readonly limits: RateLimits,
  ) {}

  /** @param userHandle comes back with the challenge */
  issue(context: string, userHandle: Buffer = Buffer.alloc(0)): Challenge {
    const challenge = randomBytes(CHALLENGE_BYTES);
    const expires = Buffer.alloc(EXPIRES_BYTES);
    expires.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 1000) + VALID_SECONDS));
    const sealed = this.vault.seal(
      'passkey-challenges',
      Buffer.concat([challenge, expires, userHandle]),
      context,
    );
    return { challenge, token: sealed.toString('base64url') };
  }

  /**
   * The challenge of a token, in base64url, and the user handle; undefined when it is not of this context, has expired, or
   * was used before.
   */
  async use(token: string, context: string): Promise<{ challenge: string; userHandle: Buffer } | undefined> {
    const opened = this.#open(token, context);
    if (opened === undefined) return undefined;
    try {
      await this.attempts.reserve([this.limits.passkeyChallenge(opened.challenge)]);
      return opened;
    } catch (error) {
      if (error instanceof AppError && error.kind === 'slow_down') return undefined;
      throw error;
    }
  }

  #open(token: string, context: string) {
    try {
      const opened = this.vault.open('passkey-challenges', Buffer.from(token, 'base64url'), context);
      const expires = Number(opened.readBigUInt64BE(CHALLENGE_BYTES));
      if (expires <= Date.now() / 1000) return undefined;
      return {
        challenge: opened.subarray(0, CHALLENGE_BYTES).toString('base64url'),
        userHandle: opened.subarray(CHALLENGE_BYTES + EXPIRES_BYTES),
      };
    } catch {
      return undefined;
    }
  }
}
