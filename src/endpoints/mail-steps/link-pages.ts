import type Koa from 'koa';
import type { LinkOnPage } from '../../platform/page-models/shared.js';
import { requestIdOf, sendError } from '../../platform/pages/error-page.js';
import type { Pages } from '../../platform/pages/pages.js';

/** Says that a link of a mail does not work any more, and where to get another. */
export function sendLinkOver(ctx: Koa.Context, pages: Pages, link: LinkOnPage): void {
  const model = {
    title: 'This link does not work any more',
    message: 'It was used already, it is too old, or there is a newer one in another mail.',
    code: undefined,
    description: undefined,
    requestId: requestIdOf(ctx),
    links: [link],
  };
  sendError(ctx, pages, model, 400);
}
