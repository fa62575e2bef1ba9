import { createApp } from '../app.js';
import type { Context } from '../../context.js';
import { startEngine } from '../../endpoints/oidc/start-engine.js';
import { listen } from '../../platform/http/server.js';
import { nodeJobs, processJobs } from '../job-list.js';
import { startOutboxWorker } from '../../platform/jobs/outbox-worker.js';
import { startPeriodicJobs } from '../../platform/jobs/start-periodic-jobs.js';
import type { Front } from './running-server.js';

/** Answers requests and does all jobs in this one process. Throws AppError `conflict` when the port is taken. */
export async function serveAlone(context: Context): Promise<Front> {
  const { settings } = context;
  const engine = await startEngine(context);
  const listener = await listen(createApp(context, engine), settings.host, settings.port);
  const jobs = startPeriodicJobs(context, [...processJobs(context, engine), ...nodeJobs(context)]);
  const deliveries = startOutboxWorker(context);
  return {
    port: listener.port,
    close: async () => {
      await listener.close(settings.shutdownTimeout);
      await Promise.all([jobs.stop(), deliveries.stop(settings.shutdownTimeout)]);
    },
  };
}
