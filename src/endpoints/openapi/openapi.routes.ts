import { createHash } from 'node:crypto';
import Router from '@koa/router';
import { sendPage } from '../../platform/pages/page-headers.js';
import type { Pages } from '../../platform/pages/pages.js';
import { openApiDocument } from './document.js';
import { referenceModel } from './reference.js';

/** What the routes of the description need. `issuer` is the origin of the API. */
export interface OpenApiRoutesDependencies {
  issuer: string;
  pages: Pages;
}

const LONGEST_FILTER = 100;

/** The description of the admin API, for programs and for people; it tells no secret, so that it takes no token. */
export function openApiRoutes({ issuer, pages }: OpenApiRoutesDependencies): Router {
  const router = new Router();
  const document = openApiDocument(issuer);
  const json = JSON.stringify(document);
  const tag = createHash('sha256').update(json).digest('base64url').slice(0, 22);
  const page = pages.render('reference', referenceModel(document));

  router.get('/admin/v1/openapi.json', (ctx) => {
    ctx.status = 200;
    ctx.set('Cache-Control', 'public, max-age=300');
    ctx.set('X-Content-Type-Options', 'nosniff');
    ctx.etag = tag;
    ctx.type = 'application/json';
    if (ctx.fresh) ctx.status = 304;
    else ctx.body = json;
  });
  router.get('/admin/v1/docs', (ctx) => {
    const filter = (new URLSearchParams(ctx.querystring).get('q') ?? '').slice(0, LONGEST_FILTER);
    sendPage(ctx, filter === '' ? page : pages.render('reference', referenceModel(document, filter)));
  });

  return router;
}
