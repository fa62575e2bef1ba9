import { DatabaseError } from 'pg';
import { Batcher, type BatchLimits } from './batching.js';
import type { ArtifactRepository, ArtifactRow, StoredArtifact } from './artifact.repository.js';

const LIMITS: BatchLimits = { rows: 200, statements: 2, waiting: 5_000 };

/** The artifacts, one at a time for whoever calls and many at a time for PostgreSQL. */
export class ArtifactStore {
  readonly #find: Batcher<Buffer, StoredArtifact | undefined>;
  readonly #upsert: Batcher<ArtifactRow, void>;
  readonly #consume: Batcher<Buffer, boolean>;
  readonly #destroy: Batcher<Buffer, void>;
  readonly #revoke: Batcher<string, void>;

  constructor(readonly repository: ArtifactRepository) {
    this.#find = new Batcher(LIMITS, (keys) => findEach(repository, keys), isRefusal);
    this.#upsert = new Batcher(LIMITS, (rows) => upsertEach(repository, rows), isRefusal);
    this.#consume = new Batcher(LIMITS, (keys) => consumeEach(repository, keys), isRefusal);
    this.#destroy = new Batcher(LIMITS, (keys) => forEach(keys, repository.destroy(keys)), isRefusal);
    this.#revoke = new Batcher(
      LIMITS,
      (grantIds) => forEach(grantIds, repository.revokeByGrantIds([...new Set(grantIds)])),
      isRefusal,
    );
  }

  find(key: Buffer): Promise<StoredArtifact | undefined> {
    return this.#find.submit(key);
  }

  upsert(row: ArtifactRow): Promise<void> {
    return this.#upsert.submit(row);
  }

  /** True for the one caller, on whichever node, that consumed it. */
  consume(key: Buffer): Promise<boolean> {
    return this.#consume.submit(key);
  }

  destroy(key: Buffer): Promise<void> {
    return this.#destroy.submit(key);
  }

  /** One statement, however many of the engine's models ask for it at once. */
  revokeByGrantId(grantId: string): Promise<void> {
    return this.#revoke.submit(grantId);
  }
}

async function findEach(
  repository: ArtifactRepository,
  keys: Buffer[],
): Promise<(StoredArtifact | undefined)[]> {
  const names = keys.map(nameOf);
  const found = new Map((await repository.find(distinct(keys))).map((row) => [nameOf(row.key), row]));
  return names.map((name) => found.get(name));
}

async function upsertEach(repository: ArtifactRepository, rows: ArtifactRow[]): Promise<void[]> {
  const last = new Map(rows.map((row) => [nameOf(row.key), row]));
  return forEach(rows, repository.upsert([...last.values()]));
}

async function consumeEach(repository: ArtifactRepository, keys: Buffer[]): Promise<boolean[]> {
  const won = new Set((await repository.consume(distinct(keys))).map(nameOf));
  return keys.map((key) => won.delete(nameOf(key)));
}

async function forEach(inputs: unknown[], done: Promise<void>): Promise<void[]> {
  await done;
  return inputs.map(() => undefined);
}

function distinct(keys: Buffer[]): Buffer[] {
  return [...new Map(keys.map((key) => [nameOf(key), key])).values()];
}

function nameOf(key: Buffer): string {
  return key.toString('latin1');
}

/** PostgreSQL answered that it did not run the statement: bad data (class 22, 23) or a lost lock (class 40). */
function isRefusal(error: unknown): boolean {
  return error instanceof DatabaseError && /^(22|23|40)/.test(error.code ?? '');
}
