import type { Context } from '../context.js';
import type { Logger } from '../platform/telemetry/telemetry.js';
import type { Settings } from '../settings/settings.js';
import { installationWarnings } from '../tenancy/installation/installation-warnings.js';

/** Logs how many clients cannot be answered because SIGNING_ALGORITHMS has lost what they chose. */
export async function warnOfLostAlgorithms({
  clientUse,
  log,
  settings,
}: Pick<Context, 'clientUse' | 'log' | 'settings'>): Promise<void> {
  const lost = await clientUse.clientsOfOtherAlgorithms(settings.protocol.signingAlgorithms);
  for (const { alg, clients } of lost)
    log.warn(
      { setting: 'SIGNING_ALGORITHMS', alg, clients },
      `clients have responses signed with ${alg}, for which there are no keys after the next rotation: add it to SIGNING_ALGORITHMS, or change the clients`,
    );
}

/** Logs what is unusual about the environment and the version of Node.js, once for each start of the server. */
export function logStartWarnings(
  log: Logger,
  settings: Pick<Settings, 'issuer' | 'mail' | 'passkeyRpId'>,
): void {
  for (const { text, fields } of installationWarnings(settings)) log.warn(fields, text);
}
