import { once } from 'node:events';
import { type Context, openContext } from '../../context.js';
import type { Listener } from '../../platform/http/server.js';
import { createLogger, describeError, isReadable } from '../../platform/telemetry/telemetry.js';
import { version } from '../../platform/telemetry/version.js';
import { bootstrap } from '../../server/bootstrap.js';
import { serveAlone } from '../../server/processes/alone.js';
import { serveWithWorkers } from '../../server/processes/primary.js';
import { serveMetrics } from '../../server/telemetry/telemetry.js';
import { readServerSettings, type Settings } from '../../settings/settings.js';
import { logStartWarnings, warnOfLostAlgorithms } from '../../server/start-warnings.js';
import { warnOfUnknownVariables } from '../context/command-settings.js';
import { credentialsMessage, startMessage } from './start-message.js';

/** The primary process answers no requests: a job holds one connection for its lock and uses another. */
const CONNECTIONS_FOR_JOBS = 2;

/** `postern serve` */
export async function serve(): Promise<void> {
  const settings = readSettingsOrWarn();
  const several = settings.workers > 1;
  const log = createLogger({ level: settings.logLevel, format: settings.logFormat, several });
  logStartWarnings(log, settings);
  const stopping = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopping.abort());
  process.on('unhandledRejection', (error) =>
    log.error({ error: describeError(error) }, 'unhandled rejection'),
  );

  const own: Settings = several ? { ...settings, databasePoolSize: CONNECTIONS_FOR_JOBS } : settings;
  const context = await openContext(own, 'own', log);
  try {
    await context.keys.ensure();
    await context.passkeys.assertRelyingParty();
    await warnOfLostAlgorithms(context);
    const server = await (several ? serveWithWorkers(context) : serveAlone(context));
    let metrics: Listener | undefined;
    try {
      metrics = await serveMetrics(context, () => server.snapshots());
      // Last, because the credentials that it makes are shown once: the port is taken and the engine runs by now.
      const first = await bootstrap(context);
      if (first) process.stdout.write(credentialsMessage(settings, first));
      server.markReady();
      log.info(
        { version: version(), issuer: settings.issuer, host: settings.host, port: server.port },
        'listening',
      );
      if (isReadable(settings.logFormat)) process.stderr.write(await describeStart(context, server.port));
      if (!stopping.signal.aborted) await once(stopping.signal, 'abort');
      log.info('stopping');
    } finally {
      await server.close();
      await metrics?.close(0);
    }
  } finally {
    await context.close({ interrupt: true });
  }
  log.info('stopped');
}

async function describeStart({ members, settings }: Context, port: number): Promise<string> {
  const [operator] = await members.operators();
  const { issuer, host, console: hasConsole } = settings;
  return startMessage({ version: version(), issuer, host, port, operator: operator?.email, hasConsole });
}

/** Throws SettingsError; a misspelt variable, which may be why, is then named on stderr, because there is no log yet. */
function readSettingsOrWarn(): Settings {
  try {
    return readServerSettings();
  } catch (error) {
    warnOfUnknownVariables();
    throw error;
  }
}
