import type { Settings } from '../../settings/settings.js';
import { isAddress } from '../../settings/entries/checks.js';

/** What passkeys of this server are bound to (WebAuthn section 5.4.2). */
export interface RelyingParty {
  /** The domain that they belong to. */
  id: string;
  /** The only origin that they are accepted from. */
  origin: string;
  /** What authenticators show. */
  name: string;
}

/** Undefined when the issuer's host is an IP address, which passkeys cannot belong to. */
export function relyingPartyOf({
  issuer,
  passkeyRpId,
}: Pick<Settings, 'issuer' | 'passkeyRpId'>): RelyingParty | undefined {
  const { host, hostname } = new URL(issuer);
  if (isAddress(hostname)) return undefined;
  return { id: passkeyRpId ?? hostname, origin: issuer, name: host };
}
