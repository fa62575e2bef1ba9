import { randomUUID } from 'node:crypto';
import Router from '@koa/router';
import Koa from 'koa';
import * as oidc from 'openid-client';
import type { DemoClient } from './registration.js';
import { demoPage } from './page.js';

type Tokens = oidc.TokenEndpointResponse & oidc.TokenEndpointResponseHelpers;

/** One visitor of the demo, kept in memory. */
interface Visit {
  pending?: { verifier: string; state: string; nonce: string };
  tokens?: Tokens;
  userinfo?: oidc.UserInfoResponse;
  note?: string;
}

const COOKIE = 'demo';

/** Discovers the issuer as a relying party does; http is for localhost only. */
export function discover(
  issuer: string,
  { client_id, client_secret }: DemoClient,
  onExchange?: (method: string, path: string, status: number) => void,
): Promise<oidc.Configuration> {
  const local = issuer.startsWith('http:');
  return oidc.discovery(new URL(issuer), client_id, undefined, oidc.ClientSecretBasic(client_secret), {
    execute: local ? [oidc.allowInsecureRequests] : [],
    [oidc.customFetch]: async (url, options) => {
      const response = await fetch(url, options as RequestInit);
      onExchange?.(options.method, new URL(url).pathname, response.status);
      return response;
    },
  });
}

/** An application that signs people in with Postern: shows the tokens, refreshes them, requests userinfo, signs out. */
export function relyingParty(config: oidc.Configuration, origin: string): Koa {
  const visits = new Map<string, Visit>();
  const router = new Router<{ visit: Visit }>();
  const redirectUri = `${origin}/callback`;

  router.get('/', (ctx) => {
    ctx.type = 'html';
    ctx.body = demoPage({ ...ctx.state.visit, claims: ctx.state.visit.tokens?.claims() });
  });

  router.get('/login', async (ctx) => {
    const verifier = oidc.randomPKCECodeVerifier();
    const pending = { verifier, state: oidc.randomState(), nonce: oidc.randomNonce() };
    ctx.state.visit.pending = pending;
    const url = oidc.buildAuthorizationUrl(config, {
      redirect_uri: redirectUri,
      scope: 'openid offline_access profile email',
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state: pending.state,
      nonce: pending.nonce,
    });
    ctx.redirect(url.href);
  });

  router.get('/callback', async (ctx) => {
    const { visit } = ctx.state;
    const { pending } = visit;
    delete visit.pending;
    if (pending) {
      visit.tokens = await oidc.authorizationCodeGrant(config, new URL(ctx.originalUrl, origin), {
        pkceCodeVerifier: pending.verifier,
        expectedState: pending.state,
        expectedNonce: pending.nonce,
        idTokenExpected: true,
      });
      visit.note = 'You are signed in.';
    }
    ctx.redirect('/');
  });

  router.post('/refresh', async (ctx) => {
    const { visit } = ctx.state;
    if (visit.tokens?.refresh_token) {
      visit.tokens = await oidc.refreshTokenGrant(config, visit.tokens.refresh_token);
      visit.note = 'The tokens were refreshed.';
    }
    ctx.redirect('/');
  });

  router.post('/userinfo', async (ctx) => {
    const { visit } = ctx.state;
    const subject = visit.tokens?.claims()?.sub;
    if (visit.tokens && subject) {
      visit.userinfo = await oidc.fetchUserInfo(config, visit.tokens.access_token, subject);
      visit.note = 'Userinfo was requested.';
    }
    ctx.redirect('/');
  });

  router.post('/logout', (ctx) => {
    const { tokens } = ctx.state.visit;
    visits.delete(ctx.cookies.get(COOKIE) ?? '');
    const url = oidc.buildEndSessionUrl(config, {
      post_logout_redirect_uri: `${origin}/`,
      ...(tokens?.id_token === undefined ? {} : { id_token_hint: tokens.id_token }),
    });
    ctx.redirect(url.href);
  });

  const app = new Koa<{ visit: Visit }>();
  app.use(async (ctx, next) => {
    const known = ctx.cookies.get(COOKIE);
    const id = known !== undefined && visits.has(known) ? known : randomUUID();
    if (id !== known) ctx.cookies.set(COOKIE, id, { httpOnly: true, sameSite: 'lax' });
    ctx.state.visit = visits.get(id) ?? {};
    visits.set(id, ctx.state.visit);
    try {
      await next();
    } catch (error) {
      ctx.state.visit.note = `That did not work: ${error instanceof Error ? error.message : 'unknown reason'}`;
      ctx.redirect('/');
    }
  });
  app.use(router.routes());
  return app;
}
