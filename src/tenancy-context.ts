import { ArtifactRepository } from '../adapters/artifact.repository.js';
import { ArtifactStore } from '../adapters/artifact.store.js';
import { AccountGrantStore } from '../adapters/people/grant.store.js';
import { AccountSessionStore } from '../adapters/people/session.store.js';
import { makeIdentity } from './identity/identity.js';
import { assertSchema } from './platform/database-setup/migrator.js';
import { type DatabaseMode, openDatabase } from './platform/database-setup/open-database.js';
import { makePlatform } from './platform/platform.js';
import type { Logger } from './platform/telemetry/telemetry.js';
import { ClientSecretsRepository } from './registry/client-secrets/client-secrets.repository.js';
import { ClientSecretsService } from './registry/client-secrets/client-secrets.service.js';
import { MemberClientsService } from './registry/client-secrets/member-clients.service.js';
import { ClientsRepository } from './registry/clients/clients.repository.js';
import { LiveClientsRepository } from './registry/live-clients/live-clients.repository.js';
import { LiveClientsService } from './registry/live-clients/live-clients.service.js';
import type { Settings } from './settings/settings.js';
import { makeAudit, makeTenancy } from './tenancy/tenancy.js';

/** The services below the registry, each made once: what commands about people, tenants and keys use. */
export type TenancyContext = Awaited<ReturnType<typeof openTenancyContext>>;

/**
 * Opens the database (see `DatabaseMode`) and makes the services below the registry on it; the caller closes it. It exists
 * beside `openContext` because importing the registry costs a command about 0.1 s.
 * Throws when the schema is not this version's, with the command to run, and when the encryption key is missing.
 */
export async function openTenancyContext(settings: Settings, mode: DatabaseMode, log: Logger) {
  const opened = await openDatabase(settings, mode, log);
  const { database, embedded } = opened;
  try {
    // The embedded database belongs to this installation alone; any other may have nodes of another version on it.
    await assertSchema(database, embedded);
    // The embedded database is in the directory of its key, so that no other host can have made another.
    const mayCreateKey = embedded || mode !== 'attach';
    const platform = await makePlatform(settings, log, database, mayCreateKey);
    const artifacts = new ArtifactStore(new ArtifactRepository(database));
    const stores = { sessions: new AccountSessionStore(database), grants: new AccountGrantStore(database) };
    const audit = makeAudit(platform);
    const identity = makeIdentity(platform, stores, audit);
    const tenancy = makeTenancy(platform, identity, audit);
    const liveClients = new LiveClientsService(new LiveClientsRepository(database), settings.issuer);
    const clientSecrets = new ClientSecretsService({
      database,
      clients: new ClientsRepository(database),
      secrets: new ClientSecretsRepository(),
      hashing: platform.hashing,
      audit,
    });
    const members = tenancy.makeMembers(new MemberClientsService(liveClients, clientSecrets));
    const invitations = tenancy.makeInvitations(members);
    const services = {
      ...platform,
      ...identity,
      ...tenancy,
      artifacts,
      liveClients,
      clientSecrets,
      members,
      invitations,
    };
    return { ...services, ...opened };
  } catch (error) {
    await opened.close();
    throw error;
  }
}
