import type { Platform } from '../platform/platform.js';
import { AccountEvents, type EventTrail } from './account-events/account-events.js';
import { FactorChangesService } from './account-factors/factor-changes.service.js';
import { FactorChecksService } from './account-factors/factor-checks.service.js';
import { AccountStatusRepository } from './accounts/account-status.repository.js';
import { AccountStatusService } from './accounts/account-status.service.js';
import { AccountsService } from './accounts/accounts.service.js';
import { AccountsRepository } from './accounts/accounts.repository.js';
import { ProfileService } from './accounts/profile.service.js';
import { AttemptsRepository } from './attempts/attempts.repository.js';
import { AttemptsService } from './attempts/attempts.service.js';
import { KnownBrowsers } from './attempts/known-browsers.js';
import { EmailAddressesService } from './email-addresses/email-addresses.service.js';
import { OneTimeCodesRepository } from './one-time-codes/one-time-codes.repository.js';
import { OneTimeCodesService } from './one-time-codes/one-time-codes.service.js';
import { RecoveryService } from './recovery/recovery.service.js';
import { SignUpService } from './sign-up/sign-up.service.js';
import { OwnSessionsRepository } from './own-sessions/own-sessions.repository.js';
import { OwnSessionsService } from './own-sessions/own-sessions.service.js';
import { makeRateLimits } from './attempts/limits.js';
import { GrantsService, type GrantStore } from './grants/grants.service.js';
import { NoticesService } from './notices/notices.service.js';
import { Challenges } from './passkeys/challenges.js';
import { PasskeysRepository } from './passkeys/passkeys.repository.js';
import { PasskeysService } from './passkeys/passkeys.service.js';
import { relyingPartyOf } from './passkeys/relying-party.js';
import { SecondFactorsRepository } from './second-factors/second-factors.repository.js';
import { SecondFactorsService } from './second-factors/second-factors.service.js';
import { TrustedBrowsersRepository } from './second-factors/trusted-browsers.repository.js';
import { TrustedBrowsers } from './second-factors/trusted-browsers.service.js';
import { PasswordSignInService } from './passwords/password-sign-in.service.js';
import { PasswordsRepository } from './passwords/passwords.repository.js';
import { PasswordsService } from './passwords/passwords.service.js';
import { SignInsRepository } from './sessions/sign-ins.repository.js';
import { SignInsService } from './sessions/sign-ins.service.js';
import { SessionsService, type SessionStore } from './sessions/sessions.service.js';

/** Where the engine keeps what belongs to people. */
export interface PeopleStores {
  sessions: SessionStore;
  grants: GrantStore;
}

/** The services about people. Events of their accounts are written to `trail`. */
export function makeIdentity(platform: Platform, stores: PeopleStores, trail: EventTrail) {
  const { database, hashing, log, mail, outbox, settings, vault } = platform;
  const attempts = new AttemptsService(new AttemptsRepository(database.sql));
  const rateLimits = makeRateLimits(settings);
  const accountEvents = new AccountEvents(database, trail, log);
  const signInsRepository = new SignInsRepository(database);
  const sessions = new SessionsService(stores.sessions, signInsRepository, outbox);
  const grants = new GrantsService(stores.grants, sessions);
  const accounts = new AccountsService(new AccountsRepository(database), hashing);
  const repository = new PasswordsRepository(database);
  const shared = { database, repository, hashing, attempts, limits: rateLimits, sessions, grants };
  const browsers = new KnownBrowsers(vault);
  const passkeys = new PasskeysService(
    relyingPartyOf(settings),
    new PasskeysRepository(database),
    new Challenges(vault, attempts, rateLimits),
  );
  const trustedBrowsers = new TrustedBrowsers(new TrustedBrowsersRepository(database));
  const notices = new NoticesService(mail);
  const passwords = new PasswordsService(shared);
  const oneTimeCodes = new OneTimeCodesService(new OneTimeCodesRepository(database), vault);
  const people = {
    ...shared,
    accounts,
    passwords,
    mail,
    notices,
    codes: oneTimeCodes,
    events: accountEvents,
  };
  const factors = new SecondFactorsService(
    new SecondFactorsRepository(database),
    vault,
    attempts,
    rateLimits,
    passkeys,
    trustedBrowsers,
  );
  const ofFactors = { ...people, log, rateLimits, factors, passkeys, trustedBrowsers };
  return {
    accounts,
    accountEvents,
    accountStatus: new AccountStatusService({
      ...shared,
      accounts,
      repository: new AccountStatusRepository(database),
    }),
    attempts,
    grants,
    emailAddresses: new EmailAddressesService(people),
    notices,
    oneTimeCodes,
    ownSessions: new OwnSessionsService(new OwnSessionsRepository(database), settings.ttl.session),
    passwords,
    passwordSignIn: new PasswordSignInService({ ...shared, browsers, events: accountEvents, log }),
    profiles: new ProfileService(database, accounts, accountEvents),
    rateLimits,
    recovery: new RecoveryService(people),
    sessions,
    signIns: new SignInsService(
      database,
      signInsRepository,
      sessions,
      accountEvents,
      notices,
      log,
      settings.signInHistoryDays,
    ),
    signUp: new SignUpService({ ...people, settings: settings.signUp }),
    trustedBrowsers,
    passkeys,
    factors,
    factorChanges: new FactorChangesService(ofFactors),
    factorChecks: new FactorChecksService(ofFactors),
  };
}

export type Identity = ReturnType<typeof makeIdentity>;
