import { execFile } from 'node:child_process';
import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expectStatus, LOCAL, REDIRECT_URI, send, sendJson } from '../http.js';
import { launch } from '../processes.js';
import { type Credentials, issuerAt, logOf, peopleWith, type Product, SCOPE, type Site } from './product.js';

const run = promisify(execFile);

const MODULE = 'github.com/ory/hydra/v2';
/** The last release whose tag is a version for Go modules; a newer one is built from its repository (`HYDRA_BIN`). */
const RELEASE = 'v2.3.0';
/** What the go.mod of that release replaces. `go install` refuses programs that replace anything. */
const REPLACEMENTS = [
  'github.com/gobuffalo/pop/v6=github.com/ory/pop/v6@v6.2.1-0.20241121111754-e5dfc0f3344b',
];
const LOGIN_APPLICATION = fileURLToPath(new URL('../login-application.js', import.meta.url));
const KEY_SETS = ['hydra.openid.id-token', 'hydra.jwt.access-token'];

/**
 * Ory Hydra with the application for sign-in and consent that it needs. `evened`: with signing keys of 2048 bits and one
 * iteration for the hashes of client secrets, which must not be run in production.
 */
export function hydra(site: Site, evened: boolean): Product {
  const [issuer, adminPort, loginPort] = [issuerAt(site.port), site.port + 1, site.port + 2];
  const admin = `http://localhost:${String(adminPort)}`;
  const discovery = `${issuer}/.well-known/openid-configuration`;
  const folder = join(site.cache, `hydra-${RELEASE}`);
  const binary = process.env['HYDRA_BIN'] ?? join(folder, 'hydra');
  const env = {
    // The pool of Hydra's own quickstart for PostgreSQL, but for `max_idle_conns=4`: with it (and by default) more users at
    // once than that make it open and close connections all the time, 1 ms of PostgreSQL for each request.
    DSN: site.postgres.url(site.database, '?sslmode=disable&max_conns=20&max_idle_conns=20'),
    SECRETS_SYSTEM: randomBytes(24).toString('base64url'),
    SECRETS_COOKIE: randomBytes(24).toString('base64url'),
    URLS_SELF_ISSUER: issuer,
    URLS_LOGIN: `${issuerAt(loginPort)}/login`,
    URLS_CONSENT: `${issuerAt(loginPort)}/consent`,
    SERVE_PUBLIC_HOST: LOCAL,
    SERVE_PUBLIC_PORT: String(site.port),
    SERVE_ADMIN_HOST: LOCAL,
    SERVE_ADMIN_PORT: String(adminPort),
    SERVE_TLS_ALLOW_TERMINATION_FROM: `${LOCAL}/32`,
    SQA_OPT_OUT: 'true',
    ...(evened ? { OAUTH2_HASHERS_PBKDF2_ITERATIONS: '1' } : {}),
  };
  const create = async (more: object): Promise<Credentials> => {
    const json = {
      client_name: 'Peers',
      redirect_uris: [REDIRECT_URI],
      grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
      response_types: ['code'],
      scope: `${SCOPE} offline_access`,
      token_endpoint_auth_method: 'client_secret_basic',
      skip_consent: true,
      ...more,
    };
    const made = await sendJson<Record<string, string>>(`${admin}/admin/clients`, { json }, 201);
    return { id: made['client_id'] ?? '', secret: made['client_secret'] ?? '' };
  };
  return {
    name: evened ? 'hydra-evened' : 'hydra',
    discovery,
    install: async () => {
      if (!existsSync(binary)) await installHydra(folder);
      await run(binary, ['migrate', 'sql', '--read-from-env', '--yes'], { env: { ...process.env, ...env } });
    },
    launch: (cores) => launch([binary, 'serve', 'all'], { cores, env, log: logOf(site) }),
    setUp: async () => {
      if (evened) for (const set of KEY_SETS) await replaceKey(`${admin}/admin/keys/${set}`);
      return {
        authorize: `${issuer}/oauth2/auth`,
        token: `${issuer}/oauth2/token`,
        introspect: `${admin}/admin/oauth2/introspect`,
        userinfo: `${issuer}/userinfo`,
        introspectionNeedsClient: false,
        client: await create({}),
        plainForm: {},
        jwtClient: await create({ access_token_strategy: 'jwt' }),
        jwtForm: {},
        scope: SCOPE,
        offlineScope: `${SCOPE} offline_access`,
        offlineParameters: {},
        people: peopleWith('signed in by the login application'),
      };
    },
    helper: (cores) =>
      launch([process.execPath, LOGIN_APPLICATION, String(loginPort), admin], { cores, log: logOf(site) }),
    version: async () => /^Version:\s+(\S+)/m.exec((await run(binary, ['version'])).stdout)?.[1] ?? 'unknown',
  };
}

/** Builds the release of the Go module proxy in a module that replaces what Hydra replaces. */
async function installHydra(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const env = { ...process.env, CGO_ENABLED: '0' };
  const go = (...args: string[]) => run('go', args, { cwd: folder, env, maxBuffer: 1e8 });
  await go('mod', 'init', 'peers');
  const replaced = REPLACEMENTS.map((replacement) => `-replace=${replacement}`);
  await go('mod', 'edit', `-require=${MODULE}@${RELEASE}`, ...replaced);
  const flags = ['-mod=mod', '-trimpath', '-ldflags', `-s -w -X ${MODULE}/driver/config.Version=${RELEASE}`];
  await go('build', ...flags, '-o', 'hydra', MODULE);
}

async function replaceKey(url: string): Promise<void> {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = { ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), use: 'sig', alg: 'RS256' };
  expectStatus(await send(url, { method: 'PUT', json: { keys: [key] } }), 200);
}
