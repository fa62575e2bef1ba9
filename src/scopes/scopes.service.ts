import type { Sql } from '../db/database.js';
import type { Scope, ScopesRepository } from './scopes.repository.js';

export type { Scope } from './scopes.repository.js';

/** Scopes that only tell who a person is. */
const IDENTITY = 'identity';
const SCOPE_NAME = /^[A-Za-z0-9_.-]{1,128}$/;

/** The scope catalogue: what clients can ask for, in words for people. */
export class ScopesService {
  constructor(private readonly repository: ScopesRepository) {}

  /** The entries of these names, in their order, without those that the catalogue never had. */
  async describe(names: readonly string[]): Promise<Scope[]> {
    const found = new Map(
      (await this.repository.find(names.filter(wellFormed))).map((scope) => [scope.name, scope]),
    );
    return names.flatMap((name) => found.get(name) ?? []);
  }

  /** Every entry that is not retired, by category and name. */
  all(): Promise<Scope[]> {
    return this.repository.list();
  }

  /** The names among these that no client may be given: not in the catalogue, or retired. */
  async unknown(names: readonly string[], sql?: Sql): Promise<string[]> {
    if (names.length === 0) return [];
    const usable = new Set(await this.repository.findUsable(names.filter(wellFormed), sql));
    return names.filter((name) => !usable.has(name));
  }

  /** The names among these that let a client do more than know who a person is. */
  beyondIdentity(names: readonly string[], sql: Sql): Promise<string[]> {
    return this.repository.findOutside(IDENTITY, names.filter(wellFormed), sql);
  }
}

function wellFormed(name: string): boolean {
  return SCOPE_NAME.test(name);
}
