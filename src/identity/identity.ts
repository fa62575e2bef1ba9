import type { Platform } from '../platform/platform.js';
import { type AccountArtifacts, AccountsService } from './accounts/accounts.service.js';
import { AccountsRepository } from './accounts/accounts.repository.js';
import { AttemptsRepository } from './attempts/attempts.repository.js';
import { AttemptsService } from './attempts/attempts.service.js';
import { KnownBrowsers } from './attempts/known-browsers.js';
import { OwnSessionsRepository } from './own-sessions/own-sessions.repository.js';
import { OwnSessionsService } from './own-sessions/own-sessions.service.js';
import { makeRateLimits } from './attempts/limits.js';
import { NoticesService } from './notices/notices.service.js';

/** The services about people. `artifacts` holds the sessions and grants of their accounts. */
export function makeIdentity(
  { database, hashing, mail, settings, vault }: Platform,
  artifacts: AccountArtifacts,
) {
  const attempts = new AttemptsService(new AttemptsRepository(database.sql));
  const rateLimits = makeRateLimits(settings);
  const accounts = new AccountsService(
    database,
    new AccountsRepository(database),
    artifacts,
    hashing,
    attempts,
    rateLimits,
    new KnownBrowsers(vault),
  );
  const ownSessions = new OwnSessionsService(new OwnSessionsRepository(database), settings.ttl.session);
  return { accounts, attempts, rateLimits, ownSessions, notices: new NoticesService(mail) };
}

export type Identity = ReturnType<typeof makeIdentity>;
