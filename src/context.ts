import { ArtifactRepository } from '../adapters/artifact.repository.js';
import { ArtifactStore } from '../adapters/artifact.store.js';
import { AccessRepository } from './access/access.repository.js';
import { AccessService } from './access/access.service.js';
import { AccountsRepository } from './accounts/accounts.repository.js';
import { AccountsService } from './accounts/accounts.service.js';
import { AttemptsRepository } from './attempts/attempts.repository.js';
import { AttemptsService } from './attempts/attempts.service.js';
import { AuditRepository } from './audit/audit.repository.js';
import { AuditService } from './audit/audit.service.js';
import { capabilitiesOf } from './client-record/capabilities.js';
import { SCOPES_GIVEN_UNASKED } from './client-record/client-defaults.js';
import { ClientAuthenticationService } from './clients/client-authentication.service.js';
import { ClientSecretsRepository } from './clients/client-secrets.repository.js';
import { ClientSecretsService } from './clients/client-secrets.service.js';
import { ClientsRepository } from './clients/clients.repository.js';
import { ClientsService } from './clients/clients.service.js';
import { DeadArtifacts } from './clients/dead-artifacts.js';
import { DeletedClientsService } from './clients/deleted-clients.service.js';
import { LiveClientsRepository } from './clients/live-clients.repository.js';
import { isUnavailable } from './db/availability.js';
import type { Database } from './db/database.js';
import { assertSchema, migrateUp } from './db/migrator.js';
import { openDatabase } from './db/open.js';
import { Hashing, VerifiedSecrets } from './hashing.js';
import { Pages } from './pages/pages.js';
import { PublisherPoller } from './publisher/publisher-poller.service.js';
import { PublisherRepository } from './publisher/publisher.repository.js';
import { PublisherService } from './publisher/publisher.service.js';
import { TxtLookup } from './publisher/txt-lookup.js';
import { encryptionKey } from './keys/encryption-key.js';
import { KeysRepository } from './keys/keys.repository.js';
import { KeysService } from './keys/keys.service.js';
import { MembersRepository } from './members/members.repository.js';
import { MembersService } from './members/members.service.js';
import { ADMIN_SCOPES } from './access/permissions.js';
import { adminAudience } from './oidc/configuration.js';
import { adminApi } from './scopes/api-record.js';
import { ApisRepository } from './scopes/apis.repository.js';
import { ApisService } from './scopes/apis.service.js';
import { CatalogueService } from './scopes/catalogue.service.js';
import { InitialAccessTokensRepository } from './registration/initial-access-tokens.repository.js';
import { InitialAccessTokensService } from './registration/initial-access-tokens.service.js';
import { RegistrationService } from './registration/registration.service.js';
import { ScopesRepository } from './scopes/scopes.repository.js';
import { ScopesService } from './scopes/scopes.service.js';
import { Vault } from './sealing.js';
import type { Settings } from './settings.js';
import { describeError, type Logger } from './telemetry.js';
import { OrganizationsRepository } from './tenants/organizations.repository.js';
import { OrganizationsService } from './tenants/organizations.service.js';
import { ProjectsRepository } from './tenants/projects.repository.js';
import { ProjectsService } from './tenants/projects.service.js';
import { TenantsRepository } from './tenants/tenants.repository.js';
import { TenantsService } from './tenants/tenants.service.js';
import { UnusedClientsRepository } from './usage/unused-clients.repository.js';
import { UnusedClientsService } from './usage/unused-clients.service.js';
import { UsageReportsRepository } from './usage/usage-reports.repository.js';
import { UsageReportsService } from './usage/usage-reports.service.js';
import { UsageRepository } from './usage/usage.repository.js';
import { UsageService } from './usage/usage.service.js';

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
    const services = await makeServices(settings, log, opened.database);
    const close = async (): Promise<void> => {
      try {
        await services.usage.flush();
      } catch (error) {
        const level = isUnavailable(error) ? 'warn' : 'error';
        log[level]({ error: describeError(error) }, 'the last usage counts could not be written');
      }
      await services.deadArtifacts.settled();
      await opened.close();
    };
    return { ...services, ...opened, close };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

async function makeServices(settings: Settings, log: Logger, database: Database) {
  const keysRepository = new KeysRepository(database);
  const isNew = (await keysRepository.keyCheck()) === undefined;
  const vault = new Vault(await encryptionKey(settings.encryptionKey, settings.dataDirectory, isNew));

  const keys = new KeysService(database, keysRepository, vault);
  await keys.assertEncryptionKey();

  const hashing = new Hashing(settings.workers);
  const artifacts = new ArtifactStore(new ArtifactRepository(database));
  const deadArtifacts = new DeadArtifacts(artifacts.repository, log);
  const attempts = new AttemptsService(new AttemptsRepository(database.sql));
  const audit = new AuditService(new AuditRepository(database));
  const accounts = new AccountsService(
    database,
    new AccountsRepository(database),
    artifacts.repository,
    hashing,
    attempts,
    settings.attempts,
  );
  const publisherRepository = new PublisherRepository(database);
  const clientsRepository = new ClientsRepository(database);
  const catalogue = {
    database,
    audit,
    use: clientsRepository,
    scopes: new ScopesRepository(database),
    apis: new ApisRepository(database),
  };
  const ownApi = adminApi(adminAudience(settings.issuer), ADMIN_SCOPES, settings.ttl.clientCredentials);
  const scopes = new ScopesService(catalogue.scopes, ownApi);
  const clientSecrets = new ClientSecretsService({
    database,
    clients: clientsRepository,
    secrets: new ClientSecretsRepository(),
    hashing,
    audit,
  });
  const tenants = new TenantsService(new TenantsRepository(database));
  const clients = new ClientsService({
    database,
    repository: clientsRepository,
    live: new LiveClientsRepository(database),
    secrets: clientSecrets,
    scopes,
    publisher: new PublisherService(publisherRepository),
    tenants,
    audit,
    deadArtifacts,
    capabilities: capabilitiesOf(settings.allow),
  });
  const usage = new UsageService(new UsageRepository(database), log);
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
    keys,
    artifacts,
    deadArtifacts,
    attempts,
    accounts,
    scopes,
    catalogue: new CatalogueService({ ...catalogue, givenUnasked: SCOPES_GIVEN_UNASKED }),
    apis: new ApisService({ ...catalogue, issuer: settings.issuer, adminApi: ownApi }),
    audit,
    usage,
    usageReports: new UsageReportsService(new UsageReportsRepository(database)),
    unusedClients: new UnusedClientsService({
      repository: new UnusedClientsRepository(database),
      clients,
      usage,
      days: settings.dynamicClientRetentionDays,
    }),
    tenants,
    organizations: new OrganizationsService(database, new OrganizationsRepository(database), audit),
    projects: new ProjectsService({
      database,
      repository: new ProjectsRepository(database),
      tenants,
      audit,
    }),
    members: new MembersService({
      database,
      repository: new MembersRepository(database),
      accounts,
      clients,
      tenants,
      audit,
      issuers: settings.adminIssuers.map(({ issuer }) => issuer),
    }),
    access: new AccessService(new AccessRepository(database)),
    clients,
    clientSecrets,
    clientAuthentication,
    deletedClients: new DeletedClientsService({
      database,
      repository: clientsRepository,
      deadArtifacts,
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
    publisherPoller: new PublisherPoller({
      database,
      repository: publisherRepository,
      txt: new TxtLookup(settings.publisher.dnsServers),
      audit,
      log,
      timeout: settings.publisher.timeout,
    }),
    pages: new Pages(settings.issuer),
  };
}
