import type { Logger } from '../../platform/telemetry/telemetry.js';

/** Logs that a client was refused, with the client_id that it gave and why; never with what it presented. */
export function logRefusedClient(
  log: Logger,
  refusal: {
    requestId: string;
    path: string;
    address: string;
    clientId: string | undefined;
    reason: string | undefined;
  },
): void {
  log.warn(refusal, 'client authentication failed');
}
