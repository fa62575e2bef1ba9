import type { Identity } from '../identity/identity.js';
import { VerifiedSecrets } from '../platform/crypto/hashing.js';
import type { Platform } from '../platform/platform.js';
import { ADMIN_SCOPES } from '../tenancy/access/permissions.js';
import { adminAudience } from '../tenancy/admin-tokens/admin-audience.js';
import type { Tenancy } from '../tenancy/tenancy.js';
import { adminApi } from './apis/api-record.js';
import { ApisRepository } from './apis/apis.repository.js';
import { ApisService } from './apis/apis.service.js';
import { DetailsTypesRepository } from './authorization-details/details-types.repository.js';
import { DetailsTypesService } from './authorization-details/details-types.service.js';
import { ClientDocumentsRepository } from './client-documents/client-documents.repository.js';
import { ClientDocumentsService } from './client-documents/client-documents.service.js';
import { SCOPES_GIVEN_UNASKED } from './client-record/client-defaults.js';
import { capabilitiesOf } from './client-rules/capabilities.js';
import { ClientSubjectsService } from './client-subjects/client-subjects.service.js';
import { SectorDocumentsService } from './client-subjects/sector-documents.service.js';
import { OutsideTokensService } from './client-exchange/outside-tokens.service.js';
import { ClientUseRepository } from './client-use/client-use.repository.js';
import { ClientUseService } from './client-use/client-use.service.js';
import { ClientAuthenticationService } from './client-secrets/client-authentication.service.js';
import type { ClientSecretsService } from './client-secrets/client-secrets.service.js';
import { ClientPagesService } from './clients/client-pages.service.js';
import { ClientsRepository } from './clients/clients.repository.js';
import { ClientsService } from './clients/clients.service.js';
import { DeletedClientsService } from './clients/deleted-clients.service.js';
import {
  type ClientArtifacts,
  InvalidatedArtifactsCleanup,
} from './clients/invalidated-artifacts-cleanup.js';
import type { LiveClientsService } from './live-clients/live-clients.service.js';
import { LogosService } from './logos/logos.service.js';
import { PublisherPoller } from './publisher/publisher-poller.service.js';
import { PublisherRepository } from './publisher/publisher.repository.js';
import { PublisherService } from './publisher/publisher.service.js';
import { TxtLookup } from './publisher/txt-lookup.js';
import { ClientExportService } from './import/client-export.service.js';
import { ImportRepository } from './import/import.repository.js';
import { ImportPreparationService } from './import/import-preparation.service.js';
import { ImportService } from './import/import.service.js';
import { NewClientsService } from './import/new-clients.service.js';
import { InitialAccessTokensRepository } from './initial-access-tokens/initial-access-tokens.repository.js';
import { InitialAccessTokensService } from './initial-access-tokens/initial-access-tokens.service.js';
import { policyOf } from './registration/registration-policy.js';
import { RegistrationMetadataService } from './registration/registration-metadata.service.js';
import { RegistrationService } from './registration/registration.service.js';
import { CatalogueService } from './scopes/catalogue.service.js';
import { ScopesRepository } from './scopes/scopes.repository.js';
import { ScopesService } from './scopes/scopes.service.js';
import { ProjectOverviewRepository } from './project-overview/project-overview.repository.js';
import { ProjectOverviewService } from './project-overview/project-overview.service.js';
import { ClientFailuresRepository } from './client-failures/client-failures.repository.js';
import { ClientFailuresService } from './client-failures/client-failures.service.js';
import { UsageReportsRepository } from './usage-reports/usage-reports.repository.js';
import { UsageReportsService } from './usage-reports/usage-reports.service.js';
import { UnusedClientsRepository } from './usage/unused-clients.repository.js';
import { UnusedClientsService } from './usage/unused-clients.service.js';
import { UsageRepository } from './usage/usage.repository.js';
import { UsageService } from './usage/usage.service.js';

/** What the registry is made of; `artifacts` holds what was issued to clients. */
export interface RegistryParts
  extends
    Pick<Platform, 'database' | 'hashing' | 'log' | 'pairwiseSubjects' | 'settings' | 'vault'>,
    Pick<Identity, 'attempts' | 'rateLimits'>,
    Pick<Tenancy, 'audit' | 'tenants'> {
  liveClients: LiveClientsService;
  clientSecrets: ClientSecretsService;
  artifacts: { repository: ClientArtifacts };
}

/** The services of the client registry. */
export function makeRegistry(parts: RegistryParts) {
  const { database, hashing, log, settings, attempts, rateLimits, audit, tenants } = parts;
  const { clientSecrets, liveClients } = parts;
  const clientsRepository = new ClientsRepository(database);
  const publisherRepository = new PublisherRepository(database);
  const scopesRepository = new ScopesRepository(database);
  const catalogue = {
    database,
    audit,
    scopeUse: clientsRepository,
    scopes: scopesRepository,
    apis: new ApisRepository(database),
    detailsTypes: new DetailsTypesRepository(database),
  };
  const detailsTypes = new DetailsTypesService(catalogue);
  const scopeNames = settings.allow.anyScopeNames ? 'any' : 'dots';
  const ownApi = adminApi(adminAudience(settings.issuer), ADMIN_SCOPES, settings.ttl.clientCredentials);
  const scopes = new ScopesService(scopesRepository, ownApi);
  const invalidatedArtifacts = new InvalidatedArtifactsCleanup(parts.artifacts.repository, log);
  // An installation without https is on this computer, as are the applications.
  const isLocal = settings.issuer.startsWith('http:');
  const logos = new LogosService(liveClients, parts.vault, isLocal);
  const publisher = new PublisherService(publisherRepository);
  const capabilities = capabilitiesOf(settings.allow, settings.protocol, settings.clientCertificates);
  const sectorDocuments = new SectorDocumentsService(capabilities, isLocal);
  const clients = new ClientsService({
    database,
    repository: clientsRepository,
    liveClients,
    secrets: clientSecrets,
    scopes,
    detailsTypes,
    publisher,
    tenants,
    audit,
    invalidatedArtifacts,
    sectorDocuments,
    capabilities,
  });
  const usage = new UsageService(new UsageRepository(database), log);
  const clientAuthentication = new ClientAuthenticationService(
    new VerifiedSecrets(hashing),
    attempts,
    rateLimits,
    clientSecrets,
  );
  const initialAccessTokens = new InitialAccessTokensService({
    database,
    repository: new InitialAccessTokensRepository(database),
    audit,
    mode: settings.registration.mode,
  });
  const catalogueService = new CatalogueService({
    ...catalogue,
    givenUnasked: SCOPES_GIVEN_UNASKED,
    scopeNames,
  });
  const metadata = new RegistrationMetadataService(
    policyOf(settings),
    scopes,
    detailsTypes,
    clientAuthentication,
  );
  return {
    clientDocuments: new ClientDocumentsService({
      settings,
      database,
      repository: new ClientDocumentsRepository(database),
      clients,
      liveClients,
      metadata,
      tenants,
      attempts,
      rateLimits,
      audit,
      invalidatedArtifacts,
      log,
      allowPrivate: isLocal,
    }),
    scopes,
    detailsTypes,
    catalogue: catalogueService,
    clientSubjects: new ClientSubjectsService(parts.pairwiseSubjects),
    outsideTokens: new OutsideTokensService(settings.issuer),
    clientUse: new ClientUseService(new ClientUseRepository(database), catalogueService, clients),
    apis: new ApisService({ ...catalogue, issuer: settings.issuer, adminApi: ownApi }),
    usage,
    usageReports: new UsageReportsService(new UsageReportsRepository(database)),
    clientFailures: new ClientFailuresService(new ClientFailuresRepository(database)),
    projectOverview: new ProjectOverviewService(new ProjectOverviewRepository(database)),
    unusedClients: new UnusedClientsService({
      repository: new UnusedClientsRepository(database),
      clients,
      usage,
      days: settings.dynamicClientRetentionDays,
    }),
    clients,
    newClients: new NewClientsService(clientSecrets, settings.allow.anyClientRecords),
    clientImport: new ImportService({
      database,
      repository: new ImportRepository(database),
      preparation: new ImportPreparationService({
        clients,
        secrets: clientSecrets,
        hashing,
        sectorDocuments,
      }),
      clients,
      secrets: clientSecrets,
    }),
    clientExport: new ClientExportService(clients, liveClients),
    clientPages: new ClientPagesService({ liveClients, publisher, logos }),
    logos,
    clientAuthentication,
    invalidatedArtifacts,
    deletedClients: new DeletedClientsService({
      database,
      repository: clientsRepository,
      invalidatedArtifacts,
      audit,
      restoreDays: settings.clientRestoreDays,
    }),
    initialAccessTokens,
    registration: new RegistrationService({
      settings,
      metadata,
      clients,
      liveClients,
      clientSecrets,
      initialAccessTokens,
      tenants,
      attempts,
      rateLimits,
    }),
    publisherPoller: new PublisherPoller({
      database,
      repository: publisherRepository,
      txt: new TxtLookup(settings.publisher.dnsServers),
      audit,
      log,
      timeout: settings.publisher.timeout,
    }),
  };
}
