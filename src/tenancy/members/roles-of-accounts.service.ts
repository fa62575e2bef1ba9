import type { Transaction } from '../../platform/db/database.js';
import { lock } from '../../platform/db/locks.js';
import { AppError } from '../../platform/errors/errors.js';
import type { Account } from '../../identity/accounts/account.js';
import { accountSubject, emailSubject } from '../access/subjects.js';
import type { MembersRepository, RoleOfAccount } from './members.repository.js';

export type { RoleOfAccount } from './members.repository.js';

/** The roles of an account, and what they mean for its end. */
export class RolesOfAccountsService {
  constructor(private readonly repository: MembersRepository) {}

  /** The roles of the account and of its verified e-mail address, newest first, at most 200. */
  list({ email, emailVerified, id }: Account): Promise<RoleOfAccount[]> {
    return this.repository.listOf([accountSubject(id), ...(emailVerified ? [emailSubject(email)] : [])]);
  }

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
