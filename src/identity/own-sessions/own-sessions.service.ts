import { randomBytes } from 'node:crypto';
import { digestOf } from '../../platform/crypto/bearer-secret.js';
import { acrOf } from '../second-factors/authentication-level.js';
import type { OwnSession, ValidSession } from './own-session.js';
import { deleteInBatches } from '../../platform/jobs/delete-in-batches.js';
import type { OwnSessionsRepository } from './own-sessions.repository.js';

const TOKEN = /^[\w-]{43}$/;
/** Use is recorded at most this often, in seconds. */
const TOUCH_SECONDS = 60;

/**
 * The sessions of people at our own pages, each known by a token of 256 random bits in a cookie; stored is its SHA-256. A
 * session ends with that of the engine: after a sign-out, a new password, or when the person ended it elsewhere.
 */
export class OwnSessionsService {
  /** @param lifetime seconds after which a session ends in any case */
  constructor(
    private readonly repository: OwnSessionsRepository,
    private readonly lifetime: number,
  ) {}

  /** Stores a session in the place of the browser's former one, and returns its token. */
  async begin(session: OwnSession, formerToken: string | undefined): Promise<string> {
    const token = randomBytes(32).toString('base64url');
    const former = isToken(formerToken) ? digestOf(formerToken) : null;
    await this.repository.insert(digestOf(token), session, this.lifetime, former);
    return token;
  }

  /**
   * The session of this token; undefined when it has ended, was not used for `idleSeconds`, or the account is not active.
   */
  async find(token: string | undefined, idleSeconds: number): Promise<ValidSession | undefined> {
    if (!isToken(token)) return undefined;
    const id = digestOf(token);
    const found = await this.repository.find(id, idleSeconds);
    if (found && found.seenSecondsAgo >= TOUCH_SECONDS) await this.repository.touch(id);
    return found?.session;
  }

  /** Notes what the person has shown since, in addition to how they signed in (RFC 8176). */
  async addMethods(token: string | undefined, { amr }: OwnSession, added: readonly string[]): Promise<void> {
    if (!isToken(token)) return;
    const together = [...new Set([...amr, ...added])];
    await this.repository.updateMethods(digestOf(token), together, acrOf(together));
  }

  /** Deletes those that have expired, in bounded batches until `stopping` aborts; returns how many. */
  purge(stopping?: AbortSignal): Promise<number> {
    return deleteInBatches((limit) => this.repository.deleteExpired(limit), stopping);
  }
}

function isToken(token: string | undefined): token is string {
  return token !== undefined && TOKEN.test(token);
}
