import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { version } from '../../../src/platform/telemetry/version.js';
import { REDIRECT_URI, sendJson } from '../http.js';
import { launch } from '../processes.js';
import { issuerAt, logOf, peopleWith, type Product, SCOPE, type Site } from './product.js';

const run = promisify(execFile);
const MAIN = fileURLToPath(new URL('../../../src/main.cjs', import.meta.url));
const OPERATOR = 'operator@peers.test';
const AUDIENCE = 'https://api.peers.test';

/** This product, as `npm start` runs it. */
export function postern(site: Site): Product {
  const issuer = issuerAt(site.port);
  const env = {
    DATABASE_URL: site.postgres.url(site.database),
    ENCRYPTION_KEY: randomBytes(32).toString('base64url'),
    ISSUER: issuer,
    PORT: String(site.port),
    TRUSTED_PROXIES: '1',
    WORKERS: site.workers,
  };
  const cli = async (args: string[], input = ''): Promise<string> => {
    const pending = run(process.execPath, [MAIN, ...args], { env: { ...process.env, ...env } });
    pending.child.stdin?.end(input);
    return (await pending).stdout;
  };
  return {
    name: 'postern',
    discovery: `${issuer}/.well-known/openid-configuration`,
    install: async () => {
      await cli(['migrate']);
      await cli(['account', 'create', OPERATOR, '--operator']);
    },
    launch: (cores) =>
      launch([process.execPath, '--max-semi-space-size=16', MAIN, 'serve'], {
        cores,
        env,
        log: logOf(site),
      }),
    setUp: async () => {
      const headers = { authorization: `Bearer ${(await cli(['token', '--account', OPERATOR])).trim()}` };
      const create = (path: string, json: object) =>
        sendJson<Record<string, string>>(`${issuer}/admin/v1/${path}`, { headers, json }, 201);
      const { id } = await create('apis', { audience: AUDIENCE, name: 'Peers' });
      await create('scopes', { name: 'peers.read', title: 'Read', category: 'peers', api_id: id });
      const registered = await create('orgs/default/projects/default/oauth_clients', {
        client_name: 'Peers',
        redirect_uris: [REDIRECT_URI],
        grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
        scopes: [...SCOPE.split(' '), 'offline_access', 'peers.read'],
      });
      const people = peopleWith(randomBytes(24).toString('base64url'));
      for (const { username, password } of people)
        await cli(['account', 'create', username, '--name', 'Person', '--password-stdin'], password);
      const client = { id: registered['client_id'] ?? '', secret: registered['client_secret'] ?? '' };
      return {
        authorize: `${issuer}/oauth2/authorize`,
        token: `${issuer}/oauth2/token`,
        introspect: `${issuer}/oauth2/introspect`,
        userinfo: `${issuer}/oauth2/userinfo`,
        introspectionNeedsClient: true,
        client,
        // Scopes of no API, for which tokens are JWTs.
        plainForm: { scope: 'profile email' },
        jwtClient: client,
        jwtForm: { resource: AUDIENCE, scope: 'peers.read' },
        scope: SCOPE,
        offlineScope: `${SCOPE} offline_access`,
        offlineParameters: { prompt: 'consent' },
        people,
      };
    },
    version: () => Promise.resolve(version()),
  };
}
