import { createHash } from 'node:crypto';
import Router from '@koa/router';
import { sendPage } from '../../platform/pages/page-headers.js';
import type { Pages } from '../../platform/pages/pages.js';
import type { ApiReference } from '../api-reference/api-reference.js';

/** What the routes of the description need. */
export interface OpenApiRoutesDependencies {
  reference: ApiReference;
  pages: Pages;
}

const DOCS = '/admin/v1/docs';

/** The description of the admin API, for programs and for people; it tells no secret, so that it takes no token. */
export function openApiRoutes({ reference, pages }: OpenApiRoutesDependencies): Router {
  const router = new Router();
  let made: { json: string; tag: string } | undefined;
  let page: ReturnType<Pages['render']> | undefined;

  router.get('/admin/v1/openapi.json', (ctx) => {
    const { json, tag } = (made ??= tagged(JSON.stringify(reference.document)));
    ctx.status = 200;
    ctx.set('Cache-Control', 'public, max-age=300');
    ctx.set('X-Content-Type-Options', 'nosniff');
    ctx.etag = tag;
    ctx.type = 'application/json';
    if (ctx.fresh) ctx.status = 304;
    else ctx.body = json;
  });
  router.get(DOCS, (ctx) => {
    const model = reference.pageFor(DOCS, ctx.querystring);
    if (model.filter !== '') return sendPage(ctx, pages.render('reference', model));
    sendPage(ctx, (page ??= pages.render('reference', model)));
  });
  router.get(`${DOCS}/records`, (ctx) => {
    sendPage(ctx, pages.render('reference-records', reference.records(DOCS)));
  });

  return router;
}

function tagged(json: string) {
  return { json, tag: createHash('sha256').update(json).digest('base64url').slice(0, 22) };
}
