import { relyingPartyOf } from '../identity/passkeys/relying-party.js';
import type { Logger } from '../platform/telemetry/telemetry.js';
import type { Settings } from '../settings/settings.js';
import { describeUnknownVariable, unknownVariables } from '../settings/unknown-variables.js';

/** The oldest supported major version of Node.js. Older ones that `engines` in package.json admits start as well. */
const OLDEST_SUPPORTED = 22;

/** Logs what is unusual about the environment and the version of Node.js, once for each start of the server. */
export function logStartWarnings(
  log: Logger,
  settings: Pick<Settings, 'issuer' | 'mail' | 'passkeyRpId'>,
): void {
  for (const unknown of unknownVariables()) {
    log.warn({ variable: unknown.name }, describeUnknownVariable(unknown));
  }
  const { lts } = process.release;
  if (lts === undefined || Number.parseInt(process.versions.node) < OLDEST_SUPPORTED) {
    log.warn({ node: process.version }, 'the supported versions of Node.js are 22 and 24');
  }
  if (!relyingPartyOf(settings)) {
    log.warn('ISSUER has an IP address in place of a name: passkeys are off');
  }
  if (settings.mail.delivery === 'off') {
    log.warn('SMTP_URL is not set: recovery of passwords, sign-up, invitations and notices by mail are off');
  }
}
