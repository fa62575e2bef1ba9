import type { Logger } from '../platform/telemetry/telemetry.js';
import type { Settings } from '../settings/settings.js';
import { installationWarnings } from '../tenancy/installation/installation-warnings.js';

/** Logs what is unusual about the environment and the version of Node.js, once for each start of the server. */
export function logStartWarnings(
  log: Logger,
  settings: Pick<Settings, 'issuer' | 'mail' | 'passkeyRpId'>,
): void {
  for (const { text, fields } of installationWarnings(settings)) log.warn(fields, text);
}
