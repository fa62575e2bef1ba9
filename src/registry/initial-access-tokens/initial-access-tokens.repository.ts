import type { Database, Transaction } from '../../platform/db/database.js';
import type { Positioned, Slice } from '../../platform/paging/page.js';
import { selectSlice } from '../../platform/paging/select-slice.js';
import { type SnakeKeys, toCamel } from '../../platform/wire/snake-case.js';

/** A token as operators see it. */
export interface InitialAccessToken {
  id: string;
  projectId: string;
  orgId: string;
  maxUses: number;
  createdAt: Date;
  expiresAt: Date;
}

/** A token without its value, with how often it was used. */
export interface ListedToken extends Omit<InitialAccessToken, 'orgId'> {
  createdBy: string;
  uses: number;
}

/** What a row is created from; `lifetime` is in seconds. */
export interface NewInitialAccessToken {
  projectId: string;
  digest: Buffer;
  createdBy: string;
  maxUses: number;
  lifetime: number;
}

const USABLE = 'uses < max_uses AND expires_at > now()';

/** The SQL of initial access tokens. */
export class InitialAccessTokensRepository {
  constructor(private readonly database: Database) {}

  /** Those of a project that have not expired, used up or not, newest first. */
  list(projectId: string, slice: Slice): Promise<Positioned<ListedToken>[]> {
    const list = {
      columns: 'id, project_id, created_by, max_uses, uses, created_at, expires_at',
      from: 'initial_access_tokens',
      time: 'created_at',
      id: 'id',
      where: [['project_id = ?', projectId] as const, ['expires_at > now()'] as const],
    };
    return selectSlice(this.database.sql, list, slice, (row: SnakeKeys<ListedToken>) => toCamel(row));
  }

  async insert(
    tx: Transaction,
    token: NewInitialAccessToken,
  ): Promise<Pick<InitialAccessToken, 'id' | 'createdAt' | 'expiresAt'> | undefined> {
    const row = { project_id: token.projectId, digest: token.digest, created_by: token.createdBy };
    const rows = await tx('initial_access_tokens')
      .insert({
        ...row,
        max_uses: token.maxUses,
        expires_at: tx.raw('now() + make_interval(secs => ?)', [token.lifetime]),
      })
      .returning<{ id: string; created_at: Date; expires_at: Date }[]>(['id', 'created_at', 'expires_at']);
    return rows.map(({ id, created_at, expires_at }) => ({
      id,
      createdAt: created_at,
      expiresAt: expires_at,
    }))[0];
  }

  /** The token of this digest, unless it expired or was used up. */
  async findUsable(
    digest: Buffer,
  ): Promise<Pick<InitialAccessToken, 'id' | 'projectId' | 'orgId'> | undefined> {
    return this.database
      .sql('initial_access_tokens as t')
      .join('projects as p', 'p.id', 't.project_id')
      .where('t.digest', digest)
      .whereRaw(USABLE)
      .first<Pick<InitialAccessToken, 'id' | 'projectId' | 'orgId'> | undefined>(
        't.id as id',
        't.project_id as projectId',
        'p.org_id as orgId',
      );
  }

  /** Counts a use; false when none is left, also when another transaction just took the last one. */
  async use(tx: Transaction, id: string): Promise<boolean> {
    return (await tx('initial_access_tokens').where({ id }).whereRaw(USABLE).increment('uses', 1)) === 1;
  }

  /** False when there is no such token in the project. */
  async delete(tx: Transaction, projectId: string, id: string): Promise<boolean> {
    return (await tx('initial_access_tokens').where({ id, project_id: projectId }).delete()) === 1;
  }

  async deleteExpired(): Promise<void> {
    await this.database
      .sql('initial_access_tokens')
      .where('expires_at', '<', this.database.sql.fn.now())
      .delete();
  }
}
