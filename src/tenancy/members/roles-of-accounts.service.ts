import type { Transaction } from '../../platform/db/database.js';
import { lock } from '../../platform/db/locks.js';
import { AppError } from '../../platform/errors/errors.js';
import { accountSubject } from '../access/subjects.js';
import type { MembersRepository } from './members.repository.js';

/** What the roles of an account mean for its end. */
export class RolesOfAccountsService {
  constructor(private readonly repository: MembersRepository) {}

  /**
   * Runs work that takes the account from its person. Throws AppError `conflict` when that would leave the installation
   * without an owner who can act; two owners who do it to each other concurrently do not both succeed.
   */
  async withoutLastOwner<T>(tx: Transaction, accountId: string, work: () => Promise<T>): Promise<T> {
    if (!(await this.repository.isOwner(tx, accountSubject(accountId)))) return work();
    await lock(tx, 'installation owners');
    const result = await work();
    if (await this.repository.hasLivingOwner(tx)) return result;
    throw new AppError(
      'conflict',
      'This is the last owner of the installation who can sign in; add another one first.',
    );
  }

  /** Takes every role of an account that was deleted. */
  remove(tx: Transaction, accountId: string): Promise<void> {
    return this.repository.deleteAllOf(tx, accountSubject(accountId));
  }
}
