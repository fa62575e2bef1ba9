import { relyingPartyOf } from '../../identity/passkeys/relying-party.js';
import type { Settings } from '../../settings/settings.js';
import { describeUnknownVariable, unknownVariables } from '../../settings/unknown-variables.js';

/** The oldest supported major version of Node.js. Older ones that `engines` in package.json admits start as well. */
const OLDEST_SUPPORTED = 22;

/** What is unusual about the environment; `fields` go to the log beside the sentence. */
export interface InstallationWarning {
  text: string;
  fields: Record<string, string>;
}

/** What operators should look at: in the environment of this process, and its version of Node.js. */
export function installationWarnings(
  settings: Pick<Settings, 'issuer' | 'mail' | 'passkeyRpId'>,
): InstallationWarning[] {
  const warnings: InstallationWarning[] = unknownVariables().map((unknown) => ({
    text: describeUnknownVariable(unknown),
    fields: { variable: unknown.name },
  }));
  const { lts } = process.release;
  if (lts === undefined || Number.parseInt(process.versions.node) < OLDEST_SUPPORTED)
    warnings.push({
      text: 'the supported versions of Node.js are 22 and 24',
      fields: { node: process.version },
    });
  if (!relyingPartyOf(settings))
    warnings.push({ text: 'ISSUER has an IP address in place of a name: passkeys are off', fields: {} });
  if (settings.mail.delivery === 'off')
    warnings.push({
      text: 'SMTP_URL is not set: recovery of passwords, sign-up, invitations and notices by mail are off',
      fields: {},
    });
  return warnings;
}
