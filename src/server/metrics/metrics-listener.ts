import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Context } from '../../context.js';
import { listen, type Listener } from '../../platform/http/server.js';
import { describeError } from '../../platform/telemetry/telemetry.js';
import { NodeMetrics } from './node-metrics.js';
import type { NodeSnapshots } from './snapshot.js';

const TEXT = { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8', 'Cache-Control': 'no-store' };

/** Answers `GET /metrics`, and nothing else. Throws AppError `conflict` when the port is taken. */
export async function listenForMetrics(
  context: Context,
  port: number,
  snapshots: () => Promise<NodeSnapshots>,
): Promise<Listener> {
  const { log, settings } = context;
  const metrics = new NodeMetrics(context, snapshots);
  const answer = async ({ method = '', url }: IncomingMessage, res: ServerResponse): Promise<void> => {
    if (url?.split('?')[0] !== '/metrics') res.writeHead(404, TEXT).end('The metrics are at /metrics.\n');
    else if (!['GET', 'HEAD'].includes(method))
      res.writeHead(405, { ...TEXT, Allow: 'GET, HEAD' }).end('Send a GET request.\n');
    else
      try {
        const text = await metrics.text();
        res.writeHead(200, TEXT).end(text);
      } catch (error) {
        log.error({ error: describeError(error) }, 'the metrics could not be collected');
        res.writeHead(500, TEXT).end('The metrics could not be collected; the log says why.\n');
      }
  };
  const app = { callback: () => answer };
  const { host } = settings.metrics;
  const listener = await listen(app, host, port, 'METRICS_PORT');
  log.info({ host, port: listener.port }, 'metrics are served');
  return listener;
}
