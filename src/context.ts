import { ArtifactRepository } from '../adapters/artifact.repository.js';
import { ArtifactStore } from '../adapters/artifact.store.js';
import { AccountsRepository } from './accounts/accounts.repository.js';
import { AccountsService } from './accounts/accounts.service.js';
import { AttemptsRepository } from './attempts/attempts.repository.js';
import { AttemptsService } from './attempts/attempts.service.js';
import { AuditRepository } from './audit/audit.repository.js';
import { AuditService } from './audit/audit.service.js';
import { CAPABILITIES } from './client-record/capabilities.js';
import { ClientAuthenticationService } from './clients/client-authentication.service.js';
import { ClientSecretsRepository } from './clients/client-secrets.repository.js';
import { ClientSecretsService } from './clients/client-secrets.service.js';
import { ClientsRepository } from './clients/clients.repository.js';
import { ClientsService } from './clients/clients.service.js';
import { DeletedClientsService } from './clients/deleted-clients.service.js';
import type { Database } from './db/database.js';
import { assertSchema, migrateUp } from './db/migrator.js';
import { openDatabase } from './db/open.js';
import { Hashing, VerifiedSecrets } from './hashing.js';
import { Pages } from './pages/pages.js';
import { encryptionKey } from './keys/encryption-key.js';
import { KeysRepository } from './keys/keys.repository.js';
import { KeysService } from './keys/keys.service.js';
import { InitialAccessTokensRepository } from './registration/initial-access-tokens.repository.js';
import { InitialAccessTokensService } from './registration/initial-access-tokens.service.js';
import { RegistrationService } from './registration/registration.service.js';
import { ScopesRepository } from './scopes/scopes.repository.js';
import { ScopesService } from './scopes/scopes.service.js';
import { Vault } from './sealing.js';
import type { Settings } from './settings.js';
import type { Logger } from './telemetry.js';
import { TenantsRepository } from './tenants/tenants.repository.js';
import { TenantsService } from './tenants/tenants.service.js';

/** The services of one process, each made once. */
export type Context = Awaited<ReturnType<typeof openContext>>;

/**
 * Opens the database (see `openDatabase` for the modes) and makes every service on it. Whoever opens it closes it.
 * Throws when the schema is not this version's, with the command to run, and when the encryption key is missing.
 */
export async function openContext(settings: Settings, mode: 'own' | 'attach', log: Logger) {
  const opened = await openDatabase(settings, mode, log);
  try {
    // The embedded database belongs to this installation alone; any other may have nodes of another version on it.
    if (opened.embedded) await migrateUp(opened.database);
    await assertSchema(opened.database);
    return { ...(await makeServices(settings, log, opened.database)), ...opened };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

async function makeServices(settings: Settings, log: Logger, database: Database) {
  const keysRepository = new KeysRepository(database);
  const isNew = (await keysRepository.keyCheck()) === undefined;
  const vault = new Vault(await encryptionKey(settings.encryptionKey, settings.dataDirectory, isNew));

  const hashing = new Hashing();
  const artifacts = new ArtifactStore(new ArtifactRepository(database));
  const attempts = new AttemptsService(new AttemptsRepository(database.sql));
  const audit = new AuditService(new AuditRepository());
  const accounts = new AccountsService(
    new AccountsRepository(database.sql),
    hashing,
    attempts,
    settings.attempts,
  );
  const scopes = new ScopesService(new ScopesRepository(database));
  const clientsRepository = new ClientsRepository(database);
  const clientSecrets = new ClientSecretsService({
    database,
    clients: clientsRepository,
    secrets: new ClientSecretsRepository(database),
    hashing,
    audit,
  });
  const tenants = new TenantsService(new TenantsRepository(database));
  const clients = new ClientsService({
    database,
    repository: clientsRepository,
    secrets: clientSecrets,
    scopes,
    audit,
    artifacts: artifacts.repository,
    capabilities: CAPABILITIES,
  });
  const clientAuthentication = new ClientAuthenticationService(
    new VerifiedSecrets(hashing),
    attempts,
    settings.attempts.clientSecret,
  );
  const initialAccessTokens = new InitialAccessTokensService({
    database,
    repository: new InitialAccessTokensRepository(database),
    audit,
    mode: settings.registration.mode,
  });
  return {
    settings,
    log,
    vault,
    keys: new KeysService(database, keysRepository, vault),
    artifacts,
    attempts,
    accounts,
    scopes,
    tenants,
    clients,
    clientSecrets,
    clientAuthentication,
    deletedClients: new DeletedClientsService({
      database,
      repository: clientsRepository,
      artifacts: artifacts.repository,
      audit,
      restoreDays: settings.clientRestoreDays,
    }),
    initialAccessTokens,
    registration: new RegistrationService({
      settings,
      clients,
      clientSecrets,
      clientAuthentication,
      initialAccessTokens,
      scopes,
      tenants,
      attempts,
    }),
    pages: new Pages(settings.issuer),
  };
}
