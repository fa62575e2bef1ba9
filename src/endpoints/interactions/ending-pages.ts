import type Koa from 'koa';
import { requestIdOf, sendError } from '../../platform/pages/error-page.js';
import type { LinkOnPage } from '../../platform/page-models/shared.js';
import type { Pages } from '../../platform/pages/pages.js';
import type { ClientPagesService, WayBack } from '../../registry/clients/client-pages.service.js';
import { InteractionOver } from '../oidc-interactions/interaction-over.js';

/** Remembers which application a sign-in was for, when the interaction itself is gone. */
const COOKIE = 'postern_application';
const DAY_SECONDS = 86_400;

/** Notes the application of a page in the browser, so that the page can lead back to it when the sign-in is over. */
export function noteApplication(ctx: Koa.Context, issuer: string, uid: string, clientId: string): void {
  const secure = issuer.startsWith('https:') ? '; Secure' : '';
  const line = `${COOKIE}=${clientId}; Path=/interaction/${uid}; Max-Age=${String(DAY_SECONDS)}; HttpOnly; SameSite=Lax${secure}`;
  ctx.append('Set-Cookie', line);
}

/** Shows why an interaction is over, with a way back to the application. Every other error is left to others. */
export function endingPages(
  pages: Pages,
  clients: Pick<ClientPagesService, 'wayBack'>,
  issuer: string,
): Koa.Middleware {
  return async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      if (!(error instanceof InteractionOver)) throw error;
      const clientId = error.clientId ?? ctx.cookies.get(COOKIE);
      const back = clientId === undefined ? undefined : await clients.wayBack(clientId);
      const links = back ? linksTo(back, issuer) : [];
      if (error.ending === 'no-cookie') links.push({ label: 'Try again', href: ctx.path });
      const { title, message } = error;
      const details = { code: undefined, description: undefined, requestId: requestIdOf(ctx) };
      sendError(ctx, pages, { title, message, ...details, application: back?.clientName, links }, 400);
    }
  };
}

/** OpenID Connect Core section 4: the application learns which server is to sign the person in. */
function linksTo({ initiateLoginUri, homeUri, clientName }: WayBack, issuer: string): LinkOnPage[] {
  const label = `Go back to ${clientName}`;
  const begin = initiateLoginUri === null ? null : URL.parse(initiateLoginUri);
  begin?.searchParams.set('iss', issuer);
  const href = begin?.href ?? homeUri;
  return href === undefined ? [] : [{ label, href }];
}
