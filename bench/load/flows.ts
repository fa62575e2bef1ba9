import { createHash, randomBytes } from 'node:crypto';
import { expectStatus, send } from './http-client.js';
import { REDIRECT_URI, SCOPE, signIn, type Target } from './target.js';

/** One repetition of a flow; rejects when any answer is not the expected one. */
export type Step = () => Promise<unknown>;
/** Makes the steps of one concurrent user of a flow, with what it needs to begin. */
export type Flow = (target: Target) => Promise<Step>;

interface Tokens {
  access_token: string;
  refresh_token: string;
}

/** Scopes of no API, so that the token is opaque. */
const OPAQUE = { scope: 'profile email' };

/** Every flow that is measured, by the name it has in the table. */
export const FLOWS: Readonly<Record<string, Flow>> = {
  'client credentials': async (target) => () => clientCredentials(target, OPAQUE),
  'client credentials, JWT': async (target) => () =>
    clientCredentials(target, { resource: target.resource, scope: 'clients.read' }),
  'code + PKCE, session': async (target) => {
    const { cookie } = await signIn(target, authorizeUrl(target, randomBytes(32).toString('base64url')));
    return async () => {
      await codeFlow(target, cookie);
    };
  },
  'first sign-in': async (target) => async () => {
    const verifier = randomBytes(32).toString('base64url');
    const { location } = await signIn(target, authorizeUrl(target, verifier));
    await redeem(target, location, verifier);
  },
  refresh: async (target) => {
    let { refresh_token } = await tokensOf(target);
    return async () => {
      const form = { grant_type: 'refresh_token', refresh_token };
      ({ refresh_token } = await tokenRequest(target, form));
    };
  },
  introspection: async (target) => {
    const { access_token } = await tokensOf(target);
    return async () => {
      const url = `${target.issuer}/oauth2/introspect`;
      const answer = expectStatus(
        await send(url, { headers: basic(target), form: { token: access_token } }),
        200,
      );
      if (!answer.body.includes('"active":true')) throw new Error(`not active: ${answer.body}`);
    };
  },
  userinfo: async (target) => {
    const { access_token } = await tokensOf(target);
    const headers = { authorization: `Bearer ${access_token}` };
    return async () => {
      expectStatus(await send(`${target.issuer}/oauth2/userinfo`, { headers }), 200);
    };
  },
  revocation: async (target) => async () => {
    const { access_token } = await clientCredentials(target, OPAQUE);
    const url = `${target.issuer}/oauth2/revoke`;
    expectStatus(await send(url, { headers: basic(target), form: { token: access_token } }), 200);
  },
};

async function tokensOf(target: Target): Promise<Tokens> {
  const verifier = randomBytes(32).toString('base64url');
  const { location } = await signIn(target, authorizeUrl(target, verifier, 'consent'));
  return redeem(target, location, verifier);
}

function clientCredentials(target: Target, more: Record<string, string>): Promise<Tokens> {
  return tokenRequest(target, { grant_type: 'client_credentials', ...more });
}

async function codeFlow(target: Target, cookie: string): Promise<void> {
  const verifier = randomBytes(32).toString('base64url');
  const answer = expectStatus(await send(authorizeUrl(target, verifier), { headers: { cookie } }), 303);
  await redeem(target, String(answer.headers['location']), verifier);
}

async function redeem(target: Target, location: string, verifier: string): Promise<Tokens> {
  const code = new URL(location).searchParams.get('code') ?? '';
  const form = {
    grant_type: 'authorization_code',
    code,
    redirect_uri: REDIRECT_URI,
    code_verifier: verifier,
  };
  return tokenRequest(target, form);
}

async function tokenRequest(target: Target, form: Record<string, string>): Promise<Tokens> {
  const answer = await send(`${target.issuer}/oauth2/token`, { headers: basic(target), form });
  return JSON.parse(expectStatus(answer, 200).body) as Tokens;
}

/** Without `offline_access` unless a consent is asked for: with it, every request would show the consent page. */
function authorizeUrl(target: Target, verifier: string, prompt?: 'consent'): string {
  const query = new URLSearchParams({
    client_id: target.clientId,
    response_type: 'code',
    redirect_uri: REDIRECT_URI,
    scope: prompt ? SCOPE : SCOPE.replace(' offline_access', ''),
    state: 'state',
    nonce: 'nonce',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...(prompt ? { prompt } : {}),
  });
  return `${target.issuer}/oauth2/authorize?${query.toString()}`;
}

function basic({ clientId, clientSecret }: Target): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` };
}
