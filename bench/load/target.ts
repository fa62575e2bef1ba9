import { UserAgent } from '../../src/demo/user-agent.js';

/** What a candidate tells of itself when it is ready. */
export interface Target {
  name: string;
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** Where tokens in JWT format can be had. */
  resource: string;
  email: string;
  password: string;
}

/**
 * What a candidate used so far: CPU in microseconds, memory in bytes; and by how much its event loop was late, p99 in
 * milliseconds, since it was asked before.
 */
export interface Consumption {
  cpu: number;
  rss: number;
  heap: number;
  eventLoopDelay: number;
}

export const REDIRECT_URI = 'https://rp.example/callback';
export const SCOPE = 'openid offline_access profile email';

/** The client that every candidate has. */
export const CLIENT = {
  client_name: 'Benchmark',
  redirect_uris: [REDIRECT_URI],
  grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
  scopes: [...SCOPE.split(' '), 'clients.read'],
};

/** Signs in like a person with a browser, whatever pages the candidate has, and returns the session's cookies. */
export async function signIn(
  target: Target,
  authorizeUrl: string,
): Promise<{ cookie: string; location: string }> {
  const agent = new UserAgent();
  let page = await agent.open(authorizeUrl, {}, REDIRECT_URI);
  for (let steps = 0; !page.url.startsWith(REDIRECT_URI); steps++) {
    if (steps > 3)
      throw new Error(`${target.name}: cannot sign in, stuck at ${page.url}: ${page.body.slice(0, 300)}`);
    const isSignIn = page.body.includes('type="password"');
    const fields = isSignIn ? { email: target.email, password: target.password } : {};
    page = await agent.submit(page, fields, {
      action: isSignIn ? '/login' : '/consent',
      stopAt: REDIRECT_URI,
    });
  }
  const session = agent.cookies().filter(({ path }) => path === '/');
  return { cookie: session.map(({ name, value }) => `${name}=${value}`).join('; '), location: page.url };
}
