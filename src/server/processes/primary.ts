import { createServer } from 'node:net';
import type { Context } from '../../context.js';
import { listenOn } from '../../platform/http/server.js';
import { startPeriodicJobs } from '../../platform/jobs/start-periodic-jobs.js';
import { environmentOfWorkers } from '../../settings/settings.js';
import { nodeJobs } from '../job-list.js';
import { startTelemetry } from '../telemetry/telemetry.js';
import { keepHeapSmall } from './heap-size.js';
import type { RunningServer } from './running-server.js';
import { WorkerPool } from './worker-pool.js';

/** Connections that may wait for a worker to take them. */
const MAX_WAITING = 5_000;

/**
 * Answers requests in as many processes as the settings say, behind one port. This process owns the port for as long as
 * it lives, hands each connection to a worker, and does the jobs of the node. It listens when all workers can answer
 * requests. Throws, with everything ended, when the workers cannot start or the port is taken.
 */
export async function serveWithWorkers(context: Context): Promise<RunningServer> {
  keepHeapSmall();
  const { databaseUrl, settings, log } = context;
  const telemetry = await startTelemetry(context);
  const pool = new WorkerPool(environmentOfWorkers(databaseUrl), log);
  await pool.start(settings.workers);
  const server = createServer({ pauseOnConnect: true, noDelay: true }, (socket) => pool.hand(socket));
  server.maxConnections = MAX_WAITING;
  const port = await listenOn(server, settings.host, settings.port).catch(async (error: unknown) => {
    await pool.stop(0);
    throw error;
  });
  const jobs = startPeriodicJobs(context, telemetry.watchJobs(nodeJobs(context)));
  return {
    port,
    markReady: () => pool.markReady(),
    snapshots: async () => {
      const [own, workers] = await Promise.all([telemetry.snapshot(), pool.snapshots()]);
      const processes = [{ worker: 0, snapshot: own, answered: true }, ...workers.processes];
      return { ...workers, processes };
    },
    close: async () => {
      server.close();
      await Promise.all([pool.stop(settings.shutdownTimeout), jobs.stop()]);
      await telemetry.stop();
    },
  };
}
