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
import { Challenges } from './passkeys/challenges.js';
import { PasskeysRepository } from './passkeys/passkeys.repository.js';
import { PasskeysService } from './passkeys/passkeys.service.js';
import { relyingPartyOf } from './passkeys/relying-party.js';
import { SecondFactorsRepository } from './second-factors/second-factors.repository.js';
import { SecondFactorsService } from './second-factors/second-factors.service.js';
import { TrustedBrowsersRepository } from './second-factors/trusted-browsers.repository.js';
import { TrustedBrowsers } from './second-factors/trusted-browsers.service.js';

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
  const passkeys = new PasskeysService(
    relyingPartyOf(settings),
    new PasskeysRepository(database),
    new Challenges(vault, attempts, rateLimits),
  );
  const trustedBrowsers = new TrustedBrowsers(new TrustedBrowsersRepository(database));
  const factors = new SecondFactorsService(
    new SecondFactorsRepository(database),
    vault,
    attempts,
    rateLimits,
    passkeys,
    trustedBrowsers,
  );
  return {
    accounts,
    attempts,
    factors,
    notices: new NoticesService(mail),
    ownSessions,
    passkeys,
    rateLimits,
    trustedBrowsers,
  };
}

export type Identity = ReturnType<typeof makeIdentity>;
