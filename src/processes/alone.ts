import { createApp } from '../app.js';
import type { Context } from '../context.js';
import { startEngine } from '../oidc/start.js';
import { listen } from '../server.js';
import { nodeJobs, processJobs } from '../upkeep/jobs.js';
import { startUpkeep } from '../upkeep/start.js';
import type { Front } from './front.js';

/** Answers requests and does all jobs in this one process. Throws AppError `conflict` when the port is taken. */
export async function serveAlone(context: Context): Promise<Front> {
  const { settings } = context;
  const engine = await startEngine(context);
  const listener = await listen(createApp(context, engine), settings.host, settings.port);
  const upkeep = startUpkeep(context, [...processJobs(context, engine), ...nodeJobs(context)]);
  return {
    port: listener.port,
    close: async () => {
      await listener.close(settings.shutdownTimeout);
      await upkeep.stop();
    },
  };
}
