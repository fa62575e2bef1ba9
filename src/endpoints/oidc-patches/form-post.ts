import type Koa from 'koa';
import type { Provider } from 'oidc-provider';
import { ENGINE_ROUTES, isPagePath } from '../../platform/http/protocol-paths.js';
import { sendPage } from '../../platform/pages/page-headers.js';
import type { Pages } from '../../platform/pages/pages.js';

const PAGE =
  /<title>Submitting Callback<\/title>[\s\S]*<form method="post" action="([^"]*)">([\s\S]*?)<noscript>/;

/**
 * Shows our own page where the engine sends a form that submits itself: a response by `form_post` (OAuth 2.0 Form Post
 * Response Mode), the sign-out of one account when another signs in, and the code of a device from an address with it
 * (RFC 8628 section 3.3.1). Without JavaScript it has a button.
 *
 * Engine: lib/response_modes/form_post.js:21 writes a page without style, which has a button only without JavaScript.
 * Test: test/endpoints/oidc-patches/form-post.browser.test.ts.
 */
export function renderFormPosts(provider: Provider, pages: Pages): void {
  const render = async (ctx: Koa.Context, next: Koa.Next): Promise<void> => {
    await next();
    const [, action = '', inputs = ''] =
      typeof ctx.body === 'string' && ctx.type === 'text/html' ? (PAGE.exec(ctx.body) ?? []) : [];
    if (action === '') return;
    const { host, origin, pathname } = new URL(action.replaceAll('&amp;', '&'));
    const to = origin === new URL(provider.issuer).origin ? undefined : host;
    // The engine has escaped both.
    const isDevice = to === undefined && pathname === ENGINE_ROUTES.code_verification;
    const page = pages.render('form-post', { action, inputs, to, isDevice, script: SUBMIT });
    sendPage(ctx, page, { leavesSite: true, inlineScript: SUBMIT });
  };
  const middleware: Koa.Middleware = (ctx, next) => (isPagePath(ctx.path) ? render(ctx, next) : next());
  provider.use(middleware);
}

/** Inline, so that browsers that know no modules submit it, too. */
const SUBMIT = "document.addEventListener('DOMContentLoaded', () => document.forms[0].submit());";
