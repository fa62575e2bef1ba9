import type { Socket } from 'node:net';
import { createApp } from '../app.js';
import { openContext } from '../../context.js';
import { AppError } from '../../platform/errors/errors.js';
import { startEngine } from '../../endpoints/oidc/start-engine.js';
import { takeConnections } from '../../platform/http/server.js';
import { readSettings } from '../../settings/settings.js';
import { createLogger, describeError } from '../../platform/telemetry/telemetry.js';
import { processJobs } from '../job-list.js';
import { startOutboxWorker } from '../../platform/jobs/outbox-worker.js';
import { startPeriodicJobs } from '../../platform/jobs/start-periodic-jobs.js';
import { type Order, tell } from './messages.js';

/**
 * Answers requests on the connections that the primary process hands over, until that says to stop or is gone. Signals
 * are passed on to it: it decides who ends when. Throws AppError when there is no primary process.
 */
export async function runWorker(): Promise<void> {
  if (!process.connected)
    throw new AppError('conflict', 'Workers are started by postern serve; see WORKERS.');
  const all = readSettings();
  const settings = { ...all, databasePoolSize: Math.ceil(all.databasePoolSize / all.workers) };
  const log = createLogger(settings.logLevel, true);
  process.on('unhandledRejection', (error) =>
    log.error({ error: describeError(error) }, 'unhandled rejection'),
  );
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => tell(process, 'asked to stop'));
  const orphaned = new Promise<void>((resolve) => process.once('disconnect', resolve));

  try {
    const context = await openContext(settings, 'own', log);
    try {
      const engine = await startEngine(context, () => tell(process, 'changed'));
      const listener = takeConnections(createApp(context, engine));
      const jobs = startPeriodicJobs(context, processJobs(context, engine));
      const deliveries = startOutboxWorker(context);
      const told = new Promise<void>((resolve) => {
        process.on('message', (order: Order, socket?: Socket) => {
          if (order === 'stop') resolve();
          else if (order === 'look again') {
            engine
              .refresh()
              .catch((error: unknown) =>
                log.warn({ error: describeError(error) }, 'the engine could not follow a change yet'),
              );
          } else {
            tell(process, { taken: order.connection });
            if (socket) listener.take(socket);
          }
        });
      });
      tell(process, 'ready');
      await Promise.race([told, orphaned]);
      await listener.close(settings.shutdownTimeout);
      await Promise.all([jobs.stop(), deliveries.stop(settings.shutdownTimeout)]);
    } finally {
      await context.close();
    }
  } finally {
    if (process.connected) process.disconnect();
  }
}
