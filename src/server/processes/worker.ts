import type { Socket } from 'node:net';
import { openContext } from '../../context.js';
import { startEngine } from '../../endpoints/oidc/start-engine.js';
import { AppError } from '../../platform/errors/errors.js';
import { takeConnections } from '../../platform/http/server.js';
import { startPeriodicJobs } from '../../platform/jobs/start-periodic-jobs.js';
import { createLogger, describeError } from '../../platform/telemetry/telemetry.js';
import { readSettings } from '../../settings/settings.js';
import { createApp } from '../app.js';
import { startDeliveries } from '../deliveries.js';
import { processJobs } from '../job-list.js';
import { reloadEngine } from '../reload-engine.js';
import { startTelemetry } from '../telemetry/telemetry.js';
import { keepHeapSmall } from './heap-size.js';
import { type Command, send } from './messages.js';

/**
 * Answers requests on the connections that the primary process hands over, until that sends `stop` or has ended. Signals
 * are passed on to the primary process, which decides when each worker ends. Throws AppError when there is no primary
 * process.
 */
export async function runWorker(): Promise<void> {
  if (!process.connected)
    throw new AppError('conflict', 'Workers are started by postern serve; see WORKERS.');
  keepHeapSmall();
  const all = readSettings();
  const settings = { ...all, databasePoolSize: Math.ceil(all.databasePoolSize / all.workers) };
  const log = createLogger({ level: settings.logLevel, format: settings.logFormat, several: true });
  process.on('unhandledRejection', (error) =>
    log.error({ error: describeError(error) }, 'unhandled rejection'),
  );
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => send(process, 'stop-requested'));
  const orphaned = new Promise<void>((resolve) => process.once('disconnect', resolve));

  try {
    const context = await openContext(settings, 'own', log);
    try {
      const telemetry = await startTelemetry(context);
      const engine = await startEngine(context, {
        onChange: () => send(process, 'changed'),
        watch: telemetry.watchEngine,
      });
      let ready = false;
      const app = createApp(context, engine, () => ready, telemetry.requests);
      const listener = takeConnections(app);
      const jobs = startPeriodicJobs(context, telemetry.watchJobs(processJobs(context, engine)));
      const deliveries = startDeliveries(context);
      const stopped = new Promise<void>((resolve) => {
        process.on('message', (command: Command, socket?: Socket) => {
          if (command === 'stop') resolve();
          else if (command === 'mark-ready') ready = true;
          else if (command === 'reload') void reloadEngine(context, engine);
          else if (command === 'count')
            void telemetry.snapshot().then((counted) => send(process, { counted }));
          else {
            send(process, { taken: command.connection });
            if (socket) listener.take(socket);
          }
        });
      });
      send(process, 'ready');
      await Promise.race([stopped, orphaned]);
      await listener.close(settings.shutdownTimeout);
      await Promise.all([jobs.stop(), deliveries.stop(settings.shutdownTimeout)]);
      await telemetry.stop();
    } finally {
      await context.close({ interrupt: true });
    }
  } finally {
    if (process.connected) process.disconnect();
  }
}
