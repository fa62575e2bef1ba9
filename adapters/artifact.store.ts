import { DatabaseError } from 'pg';
import { BATCH_LIMITS, Batcher } from '../src/platform/db/batching.js';
import { Lookup } from '../src/platform/db/lookup.js';
import { MODELS } from './artifact.models.js';
import type {
  ArtifactRepository,
  ArtifactRow,
  Consumption,
  StoredArtifact,
  TokenWithGrant,
} from './artifact.repository.js';

/** Reads and writes artifacts by key (see `artifactKey`); calls at the same time share a statement. */
export class ArtifactStore {
  readonly #find: Lookup<StoredArtifact>;
  readonly #findToken: Lookup<TokenWithGrant>;
  readonly #findSession: Lookup<StoredArtifact>;
  readonly #upsert: Batcher<ArtifactRow, void>;
  readonly #consume: Batcher<Consumption, boolean>;
  readonly #update: Batcher<ArtifactRow, void>;
  readonly #destroy: Batcher<string, void>;
  readonly #revoke: Batcher<string, void>;

  constructor(readonly repository: ArtifactRepository) {
    this.#find = new Lookup(async (keys) => by('key', await repository.find(keys)));
    this.#findToken = new Lookup(async (keys) => by('key', await repository.findTokens(keys)));
    this.#findSession = new Lookup(async (uids) =>
      by('uid', await repository.findByUid(MODELS.Session, uids)),
    );
    this.#upsert = batcher((rows) => forEach(rows, repository.upsert(lastOfEach(rows, ({ key }) => key))));
    this.#consume = batcher(async (consumptions) => {
      const first = lastOfEach(consumptions.toReversed(), ({ key }) => key);
      return whoConsumed(
        consumptions.map(({ key }) => key),
        await repository.consume(first),
      );
    });
    this.#update = batcher((rows) => forEach(rows, repository.update(lastOfEach(rows, ({ key }) => key))));
    this.#destroy = batcher((keys) => forEach(keys, repository.destroy(distinct(keys))));
    this.#revoke = batcher((grantIds) => forEach(grantIds, repository.revokeByGrantIds(distinct(grantIds))));
  }

  find(key: string): Promise<StoredArtifact | undefined> {
    return this.#find.find(key);
  }

  /** The first of these tokens that exists, with its grant. */
  findFirstToken(keys: readonly string[]): Promise<TokenWithGrant | undefined> {
    return this.#findToken.findFirst(keys);
  }

  findSession(uid: string): Promise<StoredArtifact | undefined> {
    return this.#findSession.find(uid);
  }

  upsert(row: ArtifactRow): Promise<void> {
    return this.#upsert.submit(row);
  }

  /**
   * Saves a session in the place of the row with the key `former`, which may be its own. Nothing is written when that row
   * does not exist any more.
   */
  replaceSession(former: string, row: ArtifactRow): Promise<void> {
    return former === row.key ? this.#update.submit(row) : this.repository.replace(former, row);
  }

  /** True for the one caller, on any node, that consumed it; only that caller's rows are written. */
  consume(key: string, rows: readonly ArtifactRow[]): Promise<boolean> {
    return this.#consume.submit({ key, rows });
  }

  destroy(key: string): Promise<void> {
    return this.#destroy.submit(key);
  }

  /** Calls of several models of the engine at the same time make one statement. */
  revokeByGrantId(grantId: string): Promise<void> {
    return this.#revoke.submit(grantId);
  }
}

function batcher<I, O>(run: (inputs: I[]) => Promise<O[]>): Batcher<I, O> {
  return new Batcher(BATCH_LIMITS, run, changedNothing);
}

function by<T extends StoredArtifact>(name: 'key' | 'uid', rows: T[]): Map<string, T> {
  return new Map(rows.map((row) => [row[name] ?? '', row]));
}

function distinct(keys: string[]): string[] {
  return [...new Set(keys)];
}

function lastOfEach<T>(rows: T[], keyOf: (row: T) => string): T[] {
  return [...new Map(rows.map((row) => [keyOf(row), row])).values()];
}

/** For each caller whether it consumed its key; of several callers with one key, the first did. */
function whoConsumed(keys: string[], consumed: string[]): boolean[] {
  const left = new Set(consumed);
  return keys.map((key) => left.delete(key));
}

async function forEach(inputs: unknown[], done: Promise<void>): Promise<void[]> {
  await done;
  return inputs.map(() => undefined);
}

/** PostgreSQL rolled the statement back: bad data (class 22, 23), or a deadlock or serialization failure (class 40). */
function changedNothing(error: unknown): boolean {
  return error instanceof DatabaseError && /^(22|23|40)/.test(error.code ?? '');
}
