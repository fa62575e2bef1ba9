import { browserOf } from '../../identity/sessions/user-agent.js';
import type { SignInRecord } from '../../identity/sessions/sign-ins.service.js';
import { shownNetwork } from '../../platform/mail-messages/shown-network.js';
import type { SignInOnPage } from '../../platform/page-models/account.js';

/** How a person signed in, from `amr` (RFC 8176), as in `a password and a code`. */
export function howOf(amr: readonly string[]): string {
  if (amr.includes('hwk') || amr.includes('swk'))
    return amr.includes('pwd') ? 'a password and a passkey' : 'a passkey';
  return amr.includes('otp') ? 'a password and a code' : 'a password';
}

/** The network of an address in words; undefined when it is not known. */
export function networkIn(address: string | null | undefined): string | undefined {
  return address ? shownNetwork(address) : undefined;
}

/** The sign-in for a page. `clientName` is undefined for the pages of this server. */
export function signInOnPage(signIn: SignInRecord, clientName: string | undefined): SignInOnPage {
  const how = howOf(signIn.amr).replace(/^a /, '').replace(' and a ', ' and ');
  return {
    at: signIn.occurredAt,
    browser: browserOf(signIn.userAgent),
    network: networkIn(signIn.address),
    how: how.charAt(0).toUpperCase() + how.slice(1),
    clientName,
    endedAt: signIn.endedAt,
  };
}
