import type Koa from 'koa';
import { OwnCookie } from '../../platform/cookies/own-cookie.js';
import { requestIdOf, sendError } from '../../platform/pages/error-page.js';
import { TRY_AGAIN } from '../../platform/pages/links-on.js';
import type { Pages } from '../../platform/pages/pages.js';
import type { ClientPagesService } from '../../registry/clients/client-pages.service.js';
import { OWN_CLIENT_ID } from '../../registry/live-clients/own-client.js';
import { startLinks } from '../oidc-interactions/client-links.js';
import { InteractionOver } from '../oidc-interactions/interaction-over.js';

const DAY_SECONDS = 86_400;

/** Notes the application of a page in the browser, so that the page can lead back to it when the sign-in is over. */
export function noteApplication(ctx: Koa.Context, issuer: string, uid: string, clientId: string): void {
  applicationCookie(issuer, `/interaction/${uid}`).write(ctx, encodeURIComponent(clientId));
}

/** Remembers which application a sign-in was for, when the interaction itself is gone. */
function applicationCookie(issuer: string, path: string): OwnCookie {
  return new OwnCookie(issuer, 'postern_application', { path, maxAge: DAY_SECONDS });
}

function notedApplication(ctx: Koa.Context, issuer: string): string | undefined {
  try {
    return decodeURIComponent(applicationCookie(issuer, '/interaction').read(ctx) ?? '') || undefined;
  } catch {
    return undefined;
  }
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
      const clientId = error.clientId ?? notedApplication(ctx, issuer);
      const isOutside = clientId !== undefined && clientId !== OWN_CLIENT_ID;
      const back = isOutside ? await clients.wayBack(clientId) : undefined;
      const links = back
        ? startLinks(back, issuer, error.ending === 'finished' ? 'Go on to' : 'Start again at')
        : [];
      if (error.ending === 'no-cookie') links.push(TRY_AGAIN);
      const { title, message } = error;
      const details = { code: undefined, description: undefined, requestId: requestIdOf(ctx) };
      sendError(ctx, pages, { title, message, ...details, application: back?.clientName, links }, 400);
    }
  };
}
