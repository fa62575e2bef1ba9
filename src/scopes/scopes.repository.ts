import type { Database, Sql } from '../db/database.js';

/** An entry of the scope catalogue, as people read it. */
export interface Scope {
  name: string;
  title: string;
  description: string | null;
  category: string;
}

/** The SQL of the scope catalogue. */
export class ScopesRepository {
  constructor(private readonly database: Database) {}

  /** The entries of these names that exist, retired ones too. */
  async find(names: readonly string[]): Promise<Scope[]> {
    return this.database
      .sql<Scope>('scopes')
      .whereIn('name', [...names])
      .select('name', 'title', 'description', 'category');
  }

  /** The names among these that may be given to clients now. */
  async findUsable(names: readonly string[], sql: Sql = this.database.sql): Promise<string[]> {
    return sql<Scope>('scopes')
      .whereIn('name', [...names])
      .whereNull('retired_at')
      .pluck('name');
  }

  /** The names among these that exist, retired or not, in any category but this one. */
  async findOutside(category: string, names: readonly string[], sql: Sql): Promise<string[]> {
    return sql<Scope>('scopes')
      .whereIn('name', [...names])
      .whereNot({ category })
      .pluck('name');
  }

  async list(): Promise<Scope[]> {
    return this.database
      .sql<Scope>('scopes')
      .whereNull('retired_at')
      .orderBy(['category', 'name'])
      .select('name', 'title', 'description', 'category');
  }
}
