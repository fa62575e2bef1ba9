import * as oidc from 'openid-client';
import { Secret, TOTP } from 'otpauth';
import { type Page, UserAgent } from '../../../src/demo/user-agent.js';
import { type Authorization, authorizationRequest, signIn } from '../protocol/relying-party.js';
import type { TestServer } from '../nodes/test-server.js';

/** The parameter `claims` that insists on one of these values of `acr`. */
export function essentialAcr(...values: string[]): { claims: string } {
  return { claims: JSON.stringify({ id_token: { acr: { essential: true, values } } }) };
}

/** The code of an authenticator app; `steps` counts from the present one. */
export function codeOf(secret: string, steps = 0): string {
  const totp = new TOTP({ secret: Secret.fromBase32(secret.replaceAll(' ', '')) });
  return totp.generate({ timestamp: Date.now() + steps * 30_000 });
}

/** A code that is certainly wrong. */
export function wrongCode(secret: string): string {
  const right = [-1, 0, 1].map((steps) => codeOf(secret, steps));
  return ['000000', '111111', '222222', '333333'].find((code) => !right.includes(code)) ?? '';
}

/** An authenticator app that was set up, and the browser in which it was. */
export interface SetUp {
  secret: string;
  recoveryCodes: string[];
  agent: UserAgent;
  /** The page of the recovery codes. */
  page: Page;
  /** Goes on from there, allows everything and redeems the code. */
  finish: () => Promise<Awaited<ReturnType<typeof oidc.authorizationCodeGrant>>>;
}

/** Sets an authenticator app up, as an application that insists on a second factor makes people do. */
export async function setUpAuthenticator(
  config: oidc.Configuration,
  person: { email: string; password: string },
  agent = new UserAgent(),
): Promise<SetUp> {
  const request = await authorizationRequest(config, essentialAcr('urn:postern:2fa'));
  const choice = await signIn(request, person, agent);
  const form = await agent.open(linkOn(choice, '/authenticator'));
  const secret = /<code class="key" id="key">([^<]+)</.exec(form.body)?.[1] ?? '';
  const page = await agent.submit(form, { code: codeOf(secret) }, { action: '/authenticator' });
  const recoveryCodes = [...page.body.matchAll(/<li><code>([^<]+)<\/code>/g)].map(([, code = '']) => code);
  const finish = async () => {
    const consent = await agent.open(linkOn(page, continuing(page)), {}, request.redirectUri);
    return redeem(config, request, await allow(agent, consent, request));
  };
  return { secret, recoveryCodes, agent, page, finish };
}

/** Allows everything, where that is asked; the page that the browser is sent back to. */
export async function allow(agent: UserAgent, page: Page, { redirectUri }: Authorization): Promise<Page> {
  if (page.url.startsWith(redirectUri)) return page;
  return agent.submit(page, {}, { action: '/consent', stopAt: redirectUri });
}

/** Redeems the code in the URL of a page. */
export function redeem(config: oidc.Configuration, request: Authorization, { url }: Page) {
  return oidc.authorizationCodeGrant(config, new URL(url), request.checks);
}

/** The path of the main link of a page. */
function continuing({ body }: Page): string {
  return /<a class="button primary[^"]*" href="([^"]+)"/.exec(body)?.[1] ?? '';
}

/** The absolute URL of the link on a page whose path ends so. */
export function linkOn(page: Page, end: string): string {
  const href = [...page.body.matchAll(/<a\b[^>]*\shref="([^"]+)"/g)].find(([, path]) =>
    path?.endsWith(end),
  )?.[1];
  if (href === undefined) throw new Error(`no link to …${end} on ${page.url} (${String(page.status)})`);
  return new URL(href.replaceAll('&amp;', '&'), page.url).href;
}

/** Makes codes of the present time step valid again, as after a while. */
export async function letTimePass({ database }: Pick<TestServer, 'database'>): Promise<void> {
  await database.pool.query('UPDATE totp_secrets SET last_step = last_step - 100');
}

/** Options of a passkey from one of our pages. */
export async function passkeyOptions(
  agent: UserAgent,
  page: Page,
  path: string,
): Promise<{ options: { challenge: string } & Record<string, unknown>; token: string }> {
  const base = /action="([^"]*\/interaction\/[\w-]+)\//.exec(page.body)?.[1] ?? '';
  const answer = await agent.open(new URL(`${base}${path}`, page.url).href, {
    headers: { accept: 'application/json' },
  });
  return JSON.parse(answer.body) as { options: { challenge: string }; token: string };
}
