import { ArtifactRepository } from '../adapters/artifact.repository.js';
import { ArtifactStore } from '../adapters/artifact.store.js';
import { AccountGrantStore } from '../adapters/people/grant.store.js';
import { AccountSessionStore } from '../adapters/people/session.store.js';
import { makeIdentity } from './identity/identity.js';
import { isUnavailable } from './platform/db/availability.js';
import type { Database } from './platform/db/database.js';
import { assertSchema, migrateUp } from './platform/database-setup/migrator.js';
import { type DatabaseMode, openDatabase } from './platform/database-setup/open-database.js';
import { makePlatform } from './platform/platform.js';
import { describeError, type Logger } from './platform/telemetry/telemetry.js';
import { makeRegistry } from './registry/registry.js';
import type { Settings } from './settings/settings.js';
import { makeAudit, makeTenancy } from './tenancy/tenancy.js';

/** The services of one process, each made once. */
export type Context = Awaited<ReturnType<typeof openContext>>;

/**
 * Opens the database (see `DatabaseMode`) and makes every service on it; the caller closes it.
 * Throws when the schema is not this version's, with the command to run, and when the encryption key is missing.
 * `close({ interrupt: true })` leaves invalidated rows that are still being deleted until they expire.
 */
export async function openContext(settings: Settings, mode: DatabaseMode, log: Logger) {
  const opened = await openDatabase(settings, mode, log);
  try {
    // The embedded database belongs to this installation alone; any other may have nodes of another version on it.
    if (opened.embedded) await migrateUp(opened.database);
    await assertSchema(opened.database);
    // The embedded database is in the directory of its key, so that no other host can have made another.
    const mayCreateKey = opened.embedded || mode !== 'attach';
    const services = await makeServices(settings, log, opened.database, mayCreateKey);
    const close = async ({ interrupt = false } = {}): Promise<void> => {
      if (interrupt) services.invalidatedArtifacts.interrupt();
      try {
        await services.usage.flush();
      } catch (error) {
        const level = isUnavailable(error) ? 'warn' : 'error';
        log[level]({ error: describeError(error) }, 'the last usage counts could not be written');
      }
      await services.invalidatedArtifacts.finished();
      await opened.close();
    };
    return { ...services, ...opened, close };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

async function makeServices(settings: Settings, log: Logger, database: Database, mayCreateKey: boolean) {
  const platform = await makePlatform(settings, log, database, mayCreateKey);
  const artifacts = new ArtifactStore(new ArtifactRepository(database));
  const stores = { sessions: new AccountSessionStore(database), grants: new AccountGrantStore(database) };
  const audit = makeAudit(platform);
  const identity = makeIdentity(platform, stores, audit);
  const tenancy = makeTenancy(platform, identity, audit);
  const registry = makeRegistry(platform, identity, tenancy, artifacts.repository);
  return {
    ...platform,
    ...identity,
    ...tenancy,
    ...registry,
    artifacts,
    members: tenancy.makeMembers(registry.liveClients),
  };
}
