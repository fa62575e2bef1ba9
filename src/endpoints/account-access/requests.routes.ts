import Router from '@koa/router';
import { AppError } from '../../platform/errors/errors.js';
import type { RequestOnPage } from '../../platform/page-models/account.js';
import type { ClientPagesService } from '../../registry/clients/client-pages.service.js';
import type { DetailsTypesService } from '../../registry/authorization-details/details-types.service.js';
import type { ScopesService } from '../../registry/scopes/scopes.service.js';
import type { AccountArea } from '../account/account-area.js';
import { detailsOnPage } from '../interactions/details-on-page.js';
import { groupByApi } from '../interactions/scope-groups.js';
import type { BackchannelRequests } from '../oidc-backchannel/backchannel-requests.js';
import { ACCOUNT_REQUESTS } from '../sign-in/own-paths.js';
import type { OwnContext, OwnSessionState } from '../sign-in/own-session.js';

/** What the routes need. */
export interface RequestRoutesDependencies {
  area: AccountArea;
  requests: BackchannelRequests;
  clientPages: Pick<ClientPagesService, 'consentView'>;
  scopes: Pick<ScopesService, 'describe'>;
  detailsTypes: Pick<DetailsTypesService, 'describe'>;
}

const NOTICES = {
  allowed: 'The application can go on now.',
  denied: 'The application was told that you do not want it.',
  over: 'That request is over: it has expired, or it was answered.',
};

/**
 * The applications that ask for the person by themselves (CIBA), and the answers. Both need a sign-in of the last 10
 * minutes.
 */
export function requestRoutes({
  area,
  requests,
  clientPages,
  scopes,
  detailsTypes,
}: RequestRoutesDependencies) {
  const router = new Router<OwnSessionState>();

  router.get(ACCOUNT_REQUESTS, async (ctx) => {
    area.requireFresh(ctx, ACCOUNT_REQUESTS);
    const waiting = await requests.waiting(ctx.state.person.account.id);
    const described = await scopes.describe([...new Set(waiting.flatMap((request) => request.scopes))]);
    const types = new Set(waiting.flatMap(({ details }) => details.map(({ type }) => type)));
    const ofDetails = types.size === 0 ? [] : await detailsTypes.describe([...types]);
    const shown = await Promise.all(
      waiting.map(async ({ clientId, details, scopes: names, ...request }): Promise<RequestOnPage[]> => {
        const view = await clientPages.consentView(clientId);
        const choices = names.map((name) => ({ name, optional: false, ticked: true }));
        const words = {
          groups: groupByApi(choices, described),
          details: detailsOnPage(details, ofDetails),
        };
        return view ? [{ ...request, client: view.client, ...words }] : [];
      }),
    );
    area.send(ctx, 'account/requests', 'requests', { requests: shown.flat() }, { notices: NOTICES });
  });

  const answer = async (ctx: OwnContext, work: () => Promise<void>, word: string): Promise<void> => {
    area.requireFresh(ctx, ACCOUNT_REQUESTS);
    await area.readForm(ctx);
    try {
      await work();
    } catch (error) {
      const isOver = error instanceof AppError && ['conflict', 'not_found'].includes(error.kind);
      if (!isOver) throw error;
      return area.done(ctx, ACCOUNT_REQUESTS, 'over');
    }
    area.done(ctx, ACCOUNT_REQUESTS, word);
  };

  router.post(`${ACCOUNT_REQUESTS}/:request/allow`, async (ctx) => {
    const { account, amr, authTime } = ctx.state.person;
    const { request = '' } = ctx.params;
    await answer(ctx, () => requests.allow(account.id, request, { amr, authTime }), 'allowed');
  });

  router.post(`${ACCOUNT_REQUESTS}/:request/deny`, async (ctx) => {
    const { request = '' } = ctx.params;
    await answer(ctx, () => requests.deny(ctx.state.person.account.id, request), 'denied');
  });

  return router;
}
