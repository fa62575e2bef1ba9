import { isDeepStrictEqual } from 'node:util';
import type { Database } from '../../platform/db/database.js';
import type { AccountEvents } from '../account-events/account-events.js';
import type { Actor } from '../account-events/actor.js';
import type { AccountsService } from './accounts.service.js';
import type { Profile } from './profile.js';

/** The claims that people give about themselves; an address has its parts. Without a value there is none. */
export type OwnProfile = Omit<Profile, 'phone_number_verified'>;

/** The profiles of people, as they change them themselves. */
export class ProfileService {
  constructor(
    private readonly database: Database,
    private readonly accounts: AccountsService,
    private readonly events: AccountEvents,
  ) {}

  /**
   * Replaces the profile. A telephone number that differs is not verified any more. One that changes nothing is not
   * recorded. Throws AppError `invalid` with every mistake, and `not_found`.
   */
  async replace(actor: Actor, accountId: string, given: OwnProfile): Promise<void> {
    await this.database.transaction(async (tx) => {
      const { before, after } = await this.accounts.update(tx, accountId, ({ profile }) => {
        const isSamePhone = profile.phone_number === given.phone_number;
        const verified = isSamePhone ? profile.phone_number_verified : undefined;
        return {
          profile: { ...given, ...(verified === undefined ? {} : { phone_number_verified: verified }) },
        };
      });
      if (isDeepStrictEqual(before, after)) return;
      await this.events.record(tx, {
        actor,
        action: 'account.updated',
        accountId,
        changedFields: ['profile'],
      });
    });
  }
}
