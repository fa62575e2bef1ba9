import type { LinkOnPage } from '../../platform/page-models/shared.js';
import type { WayBack } from '../../registry/clients/client-pages.service.js';

/**
 * The link to where a client begins a sign-in, else to its home page; none for an app without either. With OpenID Connect
 * Core section 4 the client learns which server is to sign the person in.
 */
export function startLinks(back: WayBack, issuer: string, words: string): LinkOnPage[] {
  const begin = back.initiateLoginUri === null ? null : URL.parse(back.initiateLoginUri);
  begin?.searchParams.set('iss', issuer);
  return linkTo(begin?.href ?? back.homeUri, `${words} ${back.clientName}`);
}

/** The link to a client's home page, for requests that would fail again if the client began a sign-in. */
export function homeLinks(back: WayBack): LinkOnPage[] {
  return linkTo(back.homeUri, `Go back to ${back.clientName}`);
}

function linkTo(href: string | undefined, label: string): LinkOnPage[] {
  return href === undefined ? [] : [{ label, href }];
}
