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

type Description = ReturnType<typeof describe>;

/** The description of the admin API, for programs and for people; it tells no secret, so that it takes no token. */
export function openApiRoutes({ issuer, pages }: OpenApiRoutesDependencies): Router {
  const router = new Router();
  let made: Description | undefined;
  const description = () => (made ??= describe(issuer, pages));

  router.get('/admin/v1/openapi.json', (ctx) => {
    const { json, tag } = description();
    ctx.status = 200;
    ctx.set('Cache-Control', 'public, max-age=300');
    ctx.set('X-Content-Type-Options', 'nosniff');
    ctx.etag = tag;
    ctx.type = 'application/json';
    if (ctx.fresh) ctx.status = 304;
    else ctx.body = json;
  });
  router.get('/admin/v1/docs', (ctx) => {
    const { document, page } = description();
    const filter = (new URLSearchParams(ctx.querystring).get('q') ?? '').slice(0, LONGEST_FILTER);
    sendPage(ctx, filter === '' ? page : pages.render('reference', referenceModel(document, filter)));
  });

  return router;
}

/** Makes the description in each of its forms, which takes a tenth of a second: on the first request for one. */
function describe(issuer: string, pages: Pages) {
  const document = openApiDocument(issuer);
  const json = JSON.stringify(document);
  return {
    document,
    json,
    tag: createHash('sha256').update(json).digest('base64url').slice(0, 22),
    page: pages.render('reference', referenceModel(document)),
  };
}
