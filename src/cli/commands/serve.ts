import { once } from 'node:events';
import { Command } from 'commander';
import { bootstrap, type FirstCredentials } from '../../server/bootstrap.js';
import { openContext } from '../../context.js';
import { serveAlone } from '../../server/processes/alone.js';
import { serveWithWorkers } from '../../server/processes/primary.js';
import { logStartWarnings } from '../../server/start-warnings.js';
import { readServerSettings, type Settings } from '../../settings/settings.js';
import { createLogger, describeError } from '../../platform/telemetry/telemetry.js';

/** The primary process answers no requests: a job holds one connection for its lock and uses another. */
const CONNECTIONS_FOR_JOBS = 2;

/** `postern serve` */
export function serveCommand(): Command {
  return new Command('serve').description('Run the server until SIGTERM or SIGINT').action(serve);
}

async function serve(): Promise<void> {
  const settings = readServerSettings();
  const several = settings.workers > 1;
  const log = createLogger(settings.logLevel, several);
  logStartWarnings(log);
  const stopping = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopping.abort());
  process.on('unhandledRejection', (error) =>
    log.error({ error: describeError(error) }, 'unhandled rejection'),
  );

  const own: Settings = several ? { ...settings, databasePoolSize: CONNECTIONS_FOR_JOBS } : settings;
  const context = await openContext(own, 'own', log);
  try {
    await context.keys.ensure();
    const front = await (several ? serveWithWorkers(context) : serveAlone(context));
    try {
      // Only now that nothing else can keep it from starting: what is made here is shown once.
      const first = await bootstrap(context);
      if (first) process.stdout.write(welcome(settings.issuer, first));
      log.info({ issuer: settings.issuer, host: settings.host, port: front.port }, 'listening');
      if (!stopping.signal.aborted) await once(stopping.signal, 'abort');
      log.info('stopping');
    } finally {
      await front.close();
    }
  } finally {
    await context.close();
  }
  log.info('stopped');
}

function welcome(issuer: string, first: FirstCredentials): string {
  return `
Postern is ready. This is shown once; keep it.

  Issuer            ${issuer}
  Operator sign-in  ${first.operatorEmail}
           password ${first.operatorPassword}
  Admin client      ${first.clientId}
             secret ${first.clientSecret}

Try next, in a second terminal:

  npm run demo

or get an admin token by hand:

  curl -u ${first.clientId}:${first.clientSecret} ${issuer}/oauth2/token \\
    -d grant_type=client_credentials -d 'scope=clients.read clients.write' -d resource=${issuer}/admin

`;
}
