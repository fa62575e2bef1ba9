import { hash, randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import bcrypt from 'bcrypt';
import QuickLRU from 'quick-lru';
import { importedHashCheck, importedSecretCheck } from './imported-hash.js';
import { FairQueue, type QueuedCaller } from './fair-queue.js';

/** bcrypt ignores bytes after this many; longer values are refused instead of being truncated silently. */
export const MAX_HASHED_BYTES = 72;

/** How many may wait for a hash: what two cores compute in about 15 s, secrets as those that are imported. */
const MAX_WAITING = { passwords: 100, secrets: 500 };
/** At least, and at most twice as many: some 30 MB. */
const REMEMBERED_SECRETS = 100_000;
/** bcrypt's least: 256 random bits cannot be guessed at any cost, and each process pays it for the first use of each client. */
const RANDOM_SECRET_COST = 4;
const UNNAMED: QueuedCaller = { group: '' };
/** Salt and hash of an unknown value, checked where there is no account so that the response takes as long. */
const DECOY = 'cT1Vzm8SQRA2SBasVuEUC.BHyMe8DdrGyirs1i8rGNCLkV/jjwmRm';

/** What `Hashing` needs to know. */
export interface HashingOptions {
  /** How many processes like this one there are on this machine. */
  processes: number;
  /** bcrypt's cost of passwords. */
  passwordCost: number;
  /** bcrypt's cost of client secrets that were not made here, and may be guessable. */
  importedSecretCost: number;
}

/**
 * The only user of bcrypt. At most one hash per core runs at a time: they share libuv's pool, and the cores, with the
 * signing of tokens, which would otherwise wait behind them. Processes of one node share its cores, and each has one.
 * Client secrets and passwords that wait take turns, so that a flood of either delays the other by one hash at a time. Each
 * method throws AppError `unavailable` when too many wait already.
 */
export class Hashing {
  #running = 0;
  readonly #secrets = new FairQueue(MAX_WAITING.secrets);
  readonly #passwords = new FairQueue(MAX_WAITING.passwords);
  /** Whose turn it is comes first. */
  #turns = [this.#secrets, this.#passwords];
  readonly #cores: number;
  readonly #passwordCost: number;
  /** How the hash of a password begins. */
  readonly #passwordPrefix: string;
  readonly #importedSecretCost: number;

  constructor({ processes, passwordCost, importedSecretCost }: HashingOptions) {
    this.#cores = Math.max(1, Math.floor(availableParallelism() / processes));
    this.#passwordCost = passwordCost;
    this.#passwordPrefix = prefixOf(passwordCost);
    this.#importedSecretCost = importedSecretCost;
  }

  /** Hashes that are being computed, and that wait, at this moment. */
  get load(): { running: number; passwords: number; secrets: number } {
    return { running: this.#running, passwords: this.#passwords.size, secrets: this.#secrets.size };
  }

  /** bcrypt, of the cost that is set. Throws RangeError when the password is longer than `MAX_HASHED_BYTES`. */
  hashPassword(password: string): Promise<string> {
    return this.#hash(password, this.#passwordCost, this.#passwords);
  }

  /** bcrypt, of the cost for its origin. Throws RangeError when the secret is longer than `MAX_HASHED_BYTES`. */
  hashClientSecret(secret: string, origin: SecretOrigin): Promise<string> {
    return this.#hash(secret, this.#secretCost(origin), this.#secrets);
  }

  /**
   * Without a hash (no such account) it takes as long as with one, and is false. A hash that was brought from another
   * system, or made with another cost, takes as long as that makes it take, until the first sign-in replaces it.
   */
  async verifyPassword(
    password: string,
    hash: string | undefined,
    caller: QueuedCaller = UNNAMED,
  ): Promise<boolean> {
    const imported = hash === undefined ? undefined : importedHashCheck(hash);
    if (imported) return this.#slot(() => imported(password), this.#passwords, caller);
    const matches = await this.#compare(
      password,
      hash ?? this.#passwordPrefix + DECOY,
      this.#passwords,
      caller,
    );
    return matches && hash !== undefined;
  }

  /** Whether this password is to be hashed again: its hash is not what `hashPassword` makes, which can take it. */
  replaces(hash: string, password: string): boolean {
    return !hash.startsWith(this.#passwordPrefix) && hashable(password);
  }

  /** Whether the secret is the one that was hashed. */
  verifyClientSecret(secret: string, hash: string, caller: QueuedCaller = UNNAMED): Promise<boolean> {
    const imported = importedSecretCheck(hash);
    return imported
      ? this.#slot(() => imported(secret), this.#secrets, caller)
      : this.#compare(secret, hash, this.#secrets, caller);
  }

  /** Whether this secret is to be hashed again: its hash is not what `hashClientSecret` makes, which can take it. */
  replacesSecret({ hash, origin }: StoredSecret, secret: string): boolean {
    return !hash.startsWith(prefixOf(this.#secretCost(origin))) && hashable(secret);
  }

  #secretCost(origin: SecretOrigin): number {
    return origin === 'random' ? RANDOM_SECRET_COST : this.#importedSecretCost;
  }

  /** A value that bcrypt would cut is none. */
  #compare(value: string, hash: string, queue: FairQueue, caller: QueuedCaller): Promise<boolean> {
    const usable = hashable(value) ? value : '';
    const work = async () => (await bcrypt.compare(usable, hash)) && usable === value && value !== '';
    return this.#slot(work, queue, caller);
  }

  #hash(value: string, cost: number, queue: FairQueue): Promise<string> {
    if (!hashable(value))
      throw new RangeError(`a value to hash has 1 to ${String(MAX_HASHED_BYTES)} bytes, none zero`);
    return this.#slot(() => bcrypt.hash(value, cost), queue, UNNAMED);
  }

  async #slot<T>(work: () => Promise<T>, queue: FairQueue, caller: QueuedCaller): Promise<T> {
    if (this.#running >= this.#cores) await queue.wait(caller);
    else this.#running++;
    try {
      return await work();
    } finally {
      if (!this.#startNext()) this.#running--;
    }
  }

  /** False when none waits. */
  #startNext(): boolean {
    const served = this.#turns.find((queue) => queue.next());
    if (!served) return false;
    this.#turns = [...this.#turns.filter((queue) => queue !== served), served];
    return true;
  }
}

/** How a hash of this cost begins. */
function prefixOf(cost: number): string {
  return `$2b$${String(cost).padStart(2, '0')}$`;
}

function hashable(value: string): boolean {
  const bytes = Buffer.byteLength(value);
  return bytes > 0 && bytes <= MAX_HASHED_BYTES && !value.includes('\0');
}

/** Whether a client secret was made here of 256 random bits, or was in use elsewhere before. */
export type SecretOrigin = 'random' | 'imported';

/** A stored client secret: the row's id and its bcrypt hash. */
export interface StoredSecret {
  id: string;
  hash: string;
  origin: SecretOrigin;
}

/** The group that a check waits in, and what is done with it. */
interface AroundCheck {
  group: string;
  /** Counts an attempt; throws beyond a limit. */
  count(): Promise<void>;
  /** Undoes `count`. */
  release(): Promise<void>;
  /** Resolves with a hash that the secret has from then on. */
  onMatch(matched: StoredSecret): Promise<string>;
}

/**
 * Runs bcrypt once per client secret and process. Afterwards a presented secret is known by its digest with the row's id and
 * hash, so that a rotated or deleted secret is forgotten with its row. The digest is under a key that exists only in this
 * process: what a look-up compares says nothing about the secret, however long it takes.
 */
export class VerifiedSecrets {
  readonly #key = randomBytes(32).toString('base64url');
  readonly #digests = new QuickLRU<string, true>({ maxSize: REMEMBERED_SECRETS });
  readonly #pending = new Map<string, Promise<string | undefined>>();

  constructor(private readonly hashing: Hashing) {}

  /** The secret among `stored` that `presented` was verified to be before; costs one SHA-256 for each of them. */
  recall(stored: readonly StoredSecret[], presented: string): string | undefined {
    return stored.find(({ hash, id }) => this.#digests.get(this.#digest([id, hash], presented)))?.id;
  }

  /**
   * The secret among `stored` that `presented` is, by bcrypt. Equal checks under way at the same time share one run, with
   * what is done around it: what that throws, all of them throw.
   */
  verify(
    stored: readonly StoredSecret[],
    presented: string,
    around: AroundCheck,
  ): Promise<string | undefined> {
    const key = this.#digest(
      stored.map(({ id }) => id),
      presented,
    );
    let check = this.#pending.get(key);
    if (!check) {
      check = this.#verifyEach(stored, presented, around).finally(() => this.#pending.delete(key));
      this.#pending.set(key, check);
    }
    return check;
  }

  async #verifyEach(
    stored: readonly StoredSecret[],
    presented: string,
    around: AroundCheck,
  ): Promise<string | undefined> {
    await around.count();
    const matched = await this.#matching(stored, presented, around);
    if (!matched) return undefined;
    const remember = (hash: string) => this.#digests.set(this.#digest([matched.id, hash], presented), true);
    remember(matched.hash);
    remember(await around.onMatch(matched));
    return matched.id;
  }

  async #matching(
    stored: readonly StoredSecret[],
    presented: string,
    around: AroundCheck,
  ): Promise<StoredSecret | undefined> {
    try {
      for (const secret of stored)
        if (await this.hashing.verifyClientSecret(presented, secret.hash, around)) return secret;
      return undefined;
    } catch (error) {
      await around.release();
      throw error;
    }
  }

  /** Nobody sees a digest, so that the key need only come before the value: an HMAC would cost four times as much. */
  #digest(about: readonly string[], presented: string): string {
    return hash('sha256', JSON.stringify([this.#key, about, presented]), 'base64');
  }
}
