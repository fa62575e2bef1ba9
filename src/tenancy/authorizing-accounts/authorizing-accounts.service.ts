import { isUuid } from '../../platform/wire/uuid.js';
import type { AuthorizingAccount, AuthorizingAccountsRepository } from './authorizing-accounts.repository.js';

export type { AuthorizingAccount } from './authorizing-accounts.repository.js';

/** The people who authorize clients. */
export class AuthorizingAccountsService {
  constructor(private readonly repository: AuthorizingAccountsRepository) {}

  /** By subject identifier, whatever its status; undefined also for a string that cannot be one. */
  async find(id: string): Promise<AuthorizingAccount | undefined> {
    return isUuid(id) ? this.repository.find(id) : undefined;
  }
}
