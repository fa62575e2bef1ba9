import { createServer } from 'node:net';
import type { Context } from '../../context.js';
import { listenOn } from '../../platform/http/server.js';
import { environmentOfWorkers } from '../../settings/settings.js';
import { nodeJobs } from '../job-list.js';
import { startPeriodicJobs } from '../../platform/jobs/start-periodic-jobs.js';
import type { Front } from './running-server.js';
import { Workforce } from './worker-pool.js';

/** Connections that may wait for a worker to take them. */
const MOST_WAITING = 5_000;

/**
 * Answers requests in as many processes as the settings say, behind one port. This process owns the port for as long as
 * it lives, hands each connection to a worker, and does the jobs of the node. Throws, with everything ended, when the
 * workers cannot start or the port is taken; nobody is let in before all workers are ready.
 */
export async function serveWithWorkers(context: Context): Promise<Front> {
  const { databaseUrl, settings, log } = context;
  const workforce = new Workforce(environmentOfWorkers(databaseUrl), log);
  await workforce.start(settings.workers);
  const server = createServer({ pauseOnConnect: true, noDelay: true }, (socket) => workforce.hand(socket));
  server.maxConnections = MOST_WAITING;
  const port = await listenOn(server, settings.host, settings.port).catch(async (error: unknown) => {
    await workforce.stop(0);
    throw error;
  });
  const jobs = startPeriodicJobs(context, nodeJobs(context));
  return {
    port,
    close: async () => {
      server.close();
      await Promise.all([workforce.stop(settings.shutdownTimeout), jobs.stop()]);
    },
  };
}
