import type { Context } from '../../context.js';
import { startEngine } from '../../endpoints/oidc/start-engine.js';
import { listen } from '../../platform/http/server.js';
import { startPeriodicJobs } from '../../platform/jobs/start-periodic-jobs.js';
import { createApp } from '../app.js';
import { startDeliveries } from '../deliveries.js';
import { nodeJobs, processJobs } from '../job-list.js';
import { startTelemetry } from '../telemetry/telemetry.js';
import { keepHeapSmall } from './heap-size.js';
import type { RunningServer } from './running-server.js';

/** Answers requests and does all jobs in this one process. Throws AppError `conflict` when the port is taken. */
export async function serveAlone(context: Context): Promise<RunningServer> {
  keepHeapSmall();
  const { settings } = context;
  const telemetry = await startTelemetry(context);
  const engine = await startEngine(context, { watch: telemetry.watchEngine });
  let ready = false;
  const app = createApp(context, engine, () => ready, telemetry.requests);
  const listener = await listen(app, settings.host, settings.port);
  const jobs = startPeriodicJobs(
    context,
    telemetry.watchJobs([...processJobs(context, engine), ...nodeJobs(context)]),
  );
  const deliveries = startDeliveries(context);
  return {
    port: listener.port,
    markReady: () => {
      ready = true;
    },
    snapshots: async () => ({
      processes: [{ worker: 0, snapshot: await telemetry.snapshot(), answered: true }],
      ended: [],
    }),
    close: async () => {
      await listener.close(settings.shutdownTimeout);
      await Promise.all([jobs.stop(), deliveries.stop(settings.shutdownTimeout)]);
      await telemetry.stop();
    },
  };
}
