import { randomBytes } from 'node:crypto';
import * as oidc from 'openid-client';
import type { Context } from '../context.js';
import { DemoRegistration } from './registration.js';
import { discover } from './relying-party.js';
import { UserAgent } from './user-agent.js';

const ORIGIN = 'http://localhost:3999';
const EMAIL = 'demo@postern.test';

/** The account of the demo: created when missing, with a new password each time. */
export async function demoPerson({
  accounts,
  passwords,
}: Context): Promise<{ email: string; password: string }> {
  const password = randomBytes(12).toString('base64url');
  if (await accounts.findByEmail(EMAIL)) await passwords.setPassword({ email: EMAIL }, password);
  else await accounts.create({ email: EMAIL, password, emailVerified: true, profile: { name: 'Dana Demo' } });
  return { email: EMAIL, password };
}

/**
 * Runs every step of the demo, as relying party and as person, and prints each request. Throws at the first step that
 * fails.
 */
export async function headlessDemo(context: Context, print: (line: string) => void): Promise<void> {
  const exchange = ({ method, path, status }: { method: string; path: string; status: number }) =>
    print(
      `    ${method.padEnd(6)} ${path.replace(/(interaction|authorize)\/[^/]+/, '$1/…')} → ${String(status)}`,
    );
  const step = async <T>(title: string, work: () => Promise<T>): Promise<T> => {
    print(title);
    return work();
  };
  const check = (holds: boolean, what: string) => {
    if (!holds) throw new Error(`${what}: no`);
    print(`    ${what}: yes`);
  };

  const registration = await DemoRegistration.open(context, exchange);
  const { email, password } = await demoPerson(context);
  const person = new UserAgent(exchange);
  const client = await step('1. Register a client through the admin API', () =>
    registration.register(ORIGIN),
  );
  try {
    const config = await step('2. Discover the issuer', () =>
      discover(context.settings.issuer, client, (method, path, status) => exchange({ method, path, status })),
    );
    const verifier = oidc.randomPKCECodeVerifier();
    const [state, nonce] = [oidc.randomState(), oidc.randomNonce()];
    const url = oidc.buildAuthorizationUrl(config, {
      redirect_uri: `${ORIGIN}/callback`,
      scope: 'openid offline_access profile email',
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
      nonce,
    });
    const signIn = await step('3. Request authorization, with PKCE', () => person.open(url.href));
    const consent = await step('4. Sign in as a person', () =>
      person.submit(signIn, { email, password }, { action: '/login' }),
    );
    check(consent.body.includes('Postern demo'), 'the consent page names the client');
    const back = await step('5. Consent', () =>
      person.submit(consent, {}, { action: '/consent', stopAt: `${ORIGIN}/callback` }),
    );
    const tokens = await step('6. Redeem the code', () =>
      oidc.authorizationCodeGrant(config, new URL(back.url), {
        pkceCodeVerifier: verifier,
        expectedState: state,
        expectedNonce: nonce,
        idTokenExpected: true,
      }),
    );
    const subject = tokens.claims()?.sub ?? '';
    check(subject !== '' && tokens.refresh_token !== undefined, 'there are an ID token and a refresh token');
    const userinfo = await step('7. Request userinfo', () =>
      oidc.fetchUserInfo(config, tokens.access_token, subject),
    );
    check(userinfo.email === email, 'userinfo has the e-mail address');
    const fresh = await step('8. Refresh', () => oidc.refreshTokenGrant(config, tokens.refresh_token ?? ''));
    check(
      fresh.refresh_token !== undefined && fresh.refresh_token !== tokens.refresh_token,
      'the refresh token rotated',
    );
    const active = await step('9. Introspect', () => oidc.tokenIntrospection(config, fresh.access_token));
    check(active.active, 'the access token is active');
    await step('10. Revoke the refresh token', () => oidc.tokenRevocation(config, fresh.refresh_token ?? ''));
    check(
      !(await oidc.tokenIntrospection(config, fresh.access_token)).active,
      'its access token is revoked, too',
    );
    const logout = oidc.buildEndSessionUrl(config, {
      id_token_hint: tokens.id_token ?? '',
      post_logout_redirect_uri: `${ORIGIN}/`,
    });
    const question = await step('11. Sign out', () => person.open(logout.href));
    const left = await person.submit(question, { logout: 'yes' }, { stopAt: `${ORIGIN}/` });
    check(left.url === `${ORIGIN}/`, 'the person is back at the application');
  } finally {
    await step('12. Delete the client', () => registration.remove(client));
  }
  print('Everything worked.');
}
