import type { Logger } from '../platform/telemetry/telemetry.js';
import { describeUnknownVariable, unknownVariables } from '../settings/unknown-variables.js';

/** The oldest supported major version of Node.js; older ones that `engines` names work, too. */
const OLDEST_SUPPORTED = 22;

/** Logs what is unusual about the environment and the version of Node.js, once for each start of the server. */
export function logStartWarnings(log: Logger): void {
  for (const unknown of unknownVariables()) {
    log.warn({ variable: unknown.name }, describeUnknownVariable(unknown));
  }
  const { lts } = process.release;
  if (lts === undefined || Number.parseInt(process.versions.node) < OLDEST_SUPPORTED) {
    log.warn({ node: process.version }, 'this version of Node.js is not supported; use 22 or 24');
  }
}
