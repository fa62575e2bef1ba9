import type { Engine } from '../endpoints/oidc/engine.js';
import { describeError, type Logger } from '../platform/telemetry/telemetry.js';

/** Has the engine read keys and scopes again. A failure is logged only: a periodic job tries again within seconds. */
export async function reloadEngine({ log }: { log: Logger }, engine: Engine): Promise<void> {
  try {
    await engine.refresh();
  } catch (error) {
    log.warn({ error: describeError(error) }, 'the engine could not read changed keys or scopes yet');
  }
}
