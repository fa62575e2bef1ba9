import type { Transaction } from '../../platform/db/database.js';
import { ADMINISTRATION, type DescribedScope, IDENTITY } from './scope-record.js';
import { isScopeName } from './scope-name.js';
import type { ScopesRepository } from './scopes.repository.js';

/** The scope catalogue as registration and the protocol read it. */
export class ScopesService {
  /** @param adminApi the built-in admin API, which the administration scopes belong to. */
  constructor(
    private readonly repository: ScopesRepository,
    private readonly adminApi: { name: string; audience: string },
  ) {}

  /** The entries of these names, in their order, retired ones too, without those that are not in the catalogue. */
  async describe(names: readonly string[]): Promise<DescribedScope[]> {
    const { name, audience } = this.adminApi;
    const found = new Map(
      (await this.repository.describe(names.filter(isScopeName))).map((scope) => [
        scope.name,
        scope.category === ADMINISTRATION ? { ...scope, api: { name, audience } } : scope,
      ]),
    );
    return names.flatMap((name) => found.get(name) ?? []);
  }

  /** The names of the scopes that no API has. Retired ones are among them: some clients have them. */
  plainNames(): Promise<string[]> {
    return this.repository.plainNames();
  }

  /** The names of the scopes of APIs that are open to registration, without retired ones. */
  openToRegistration(): Promise<string[]> {
    return this.repository.namesOpenToRegistration();
  }

  /**
   * The names among these that no client may be given: not in the catalogue, or retired. In a transaction the others can
   * be given to clients until it ends.
   */
  async unknown(names: readonly string[], tx?: Transaction): Promise<string[]> {
    if (names.length === 0) return [];
    const usable = new Set(await this.repository.findUsable(names.filter(isScopeName), tx));
    return names.filter((name) => !usable.has(name));
  }

  /** The names among these that let a client do more than know who a person is. */
  beyondIdentity(names: readonly string[], tx: Transaction): Promise<string[]> {
    return this.repository.findOutside(IDENTITY, names.filter(isScopeName), tx);
  }
}
