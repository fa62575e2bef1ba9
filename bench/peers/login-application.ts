import { createServer } from 'node:http';
import { LOCAL, sendJson } from './http.js';

interface Asked {
  skip: boolean;
  subject: string;
  oidc_context?: { login_hint?: string };
  requested_scope?: string[];
  requested_access_token_audience?: string[];
}

/**
 * The application for sign-in and consent that Ory Hydra needs, as little as an operator has to write: it accepts all that
 * Hydra asks, and a person who is not signed in is that of `login_hint`. Its arguments are its port and Hydra's admin API.
 */
const [port, admin = ''] = process.argv.slice(2);
const requests = `${admin}/admin/oauth2/auth/requests`;

createServer((request, response) => {
  request.resume();
  accept(request.url ?? '').then(
    (location) => response.writeHead(302, { location, 'cache-control': 'no-store' }).end(),
    (error: unknown) => response.writeHead(500, { 'content-type': 'text/plain' }).end(String(error)),
  );
}).listen(Number(port), LOCAL);

async function accept(url: string): Promise<string> {
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  const step = pathname.slice(1);
  if (step !== 'login' && step !== 'consent') throw new Error(`no such page: ${pathname}`);
  const query = `${step}_challenge=${encodeURIComponent(searchParams.get(`${step}_challenge`) ?? '')}`;
  const asked = await sendJson<Asked>(`${requests}/${step}?${query}`, {}, 200);
  const json = step === 'login' ? signIn(asked) : consent(asked);
  const accepted = { method: 'PUT', json: { ...json, remember_for: 0 } };
  const { redirect_to } = await sendJson<{ redirect_to: string }>(
    `${requests}/${step}/accept?${query}`,
    accepted,
    200,
  );
  return redirect_to;
}

function signIn({ skip, subject, oidc_context }: Asked): object {
  return { subject: skip ? subject : oidc_context?.login_hint, remember: true };
}

function consent(asked: Asked): object {
  return {
    grant_scope: asked.requested_scope,
    grant_access_token_audience: asked.requested_access_token_audience,
    remember: !asked.skip,
    session: { id_token: { email: asked.subject, name: asked.subject } },
  };
}
