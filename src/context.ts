import { isUnavailable } from './platform/db/availability.js';
import type { DatabaseMode } from './platform/database-setup/open-database.js';
import { describeError, type Logger } from './platform/telemetry/telemetry.js';
import { makeRegistry } from './registry/registry.js';
import type { Settings } from './settings/settings.js';
import { openTenancyContext } from './tenancy-context.js';

/** The services of one process, each made once. */
export type Context = Awaited<ReturnType<typeof openContext>>;

/**
 * Opens the database and makes every service on it, as `openTenancyContext` does those below the registry; the caller
 * closes it. `close({ interrupt: true })` leaves invalidated rows that are still being deleted until they expire.
 */
export async function openContext(settings: Settings, mode: DatabaseMode, log: Logger) {
  const below = await openTenancyContext(settings, mode, log);
  const registry = makeRegistry(below);
  const close = async ({ interrupt = false } = {}): Promise<void> => {
    const eventsWritten = below.accountEvents.flush();
    if (interrupt) registry.invalidatedArtifacts.interrupt();
    try {
      await registry.usage.flush();
    } catch (error) {
      const level = isUnavailable(error) ? 'warn' : 'error';
      log[level]({ error: describeError(error) }, 'the last usage counts could not be written');
    }
    await Promise.all([eventsWritten, registry.invalidatedArtifacts.finished()]);
    await below.close();
  };
  return { ...below, ...registry, close };
}
