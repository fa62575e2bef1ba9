import { Command } from 'commander';
import { createApp } from '../app.js';
import { bootstrap, type FirstCredentials } from '../bootstrap.js';
import { openContext } from '../context.js';
import { startEngine } from '../oidc/start.js';
import { listen } from '../server.js';
import { readSettings } from '../settings.js';
import { createLogger, describeError } from '../telemetry.js';
import { startUpkeep } from '../upkeep/jobs.js';

/** `postern serve` */
export function serveCommand(): Command {
  return new Command('serve').description('Run the server until SIGTERM or SIGINT').action(serve);
}

async function serve(): Promise<void> {
  const settings = readSettings();
  const log = createLogger(settings.logLevel);
  const stopping = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopping.abort());
  process.on('unhandledRejection', (error) =>
    log.error({ error: describeError(error) }, 'unhandled rejection'),
  );

  const context = await openContext(settings, 'own', log);
  try {
    await context.keys.ensure();
    const engine = await startEngine(context);
    const listener = await listen(createApp(context, engine), settings.host, settings.port);
    const upkeep = startUpkeep(context, engine);
    try {
      // Only now that nothing else can keep it from starting: what is made here is shown once.
      const first = await bootstrap(context);
      if (first) process.stdout.write(welcome(settings.issuer, first));
      log.info({ issuer: settings.issuer, host: settings.host, port: listener.port }, 'listening');
      await new Promise<void>((resolve) => {
        if (stopping.signal.aborted) resolve();
        else stopping.signal.addEventListener('abort', () => resolve(), { once: true });
      });
      log.info('stopping');
    } finally {
      await listener.close(settings.shutdownTimeout);
      await upkeep.stop();
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
