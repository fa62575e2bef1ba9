import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expectStatus, LOCAL, REDIRECT_URI, send, sendJson } from '../http.js';
import { launch } from '../processes.js';
import { issuerAt, logOf, peopleWith, type Person, type Product, SCOPE, type Site } from './product.js';

const run = promisify(execFile);

const RELEASE = '26.7.3';
const ARTIFACT = `org.keycloak:keycloak-quarkus-dist:${RELEASE}:zip`;
const REALM = 'peers';

/** Keycloak, one node. It needs Java 21 or newer: the one in PATH, or that of JAVA_HOME. */
export function keycloak(site: Site): Product {
  const issuer = issuerAt(site.port);
  const folder = join(site.cache, `keycloak-${RELEASE}`);
  const program = join(folder, 'bin', 'kc.sh');
  const password = randomBytes(24).toString('base64url');
  const { JAVA_HOME } = process.env;
  const env = {
    ...(JAVA_HOME === undefined ? {} : { JAVA_HOME }),
    KC_DB_URL: `jdbc:postgresql://${LOCAL}:${String(site.postgres.port)}/${site.database}`,
    KC_DB_USERNAME: new URL(site.postgres.url(site.database)).username,
    KC_DB_PASSWORD: 'unused',
    KC_HTTP_ENABLED: 'true',
    KC_HTTP_HOST: LOCAL,
    KC_HTTP_PORT: String(site.port),
    KC_HTTP_MANAGEMENT_PORT: String(site.port + 1),
    KC_HOSTNAME: issuer,
    KC_PROXY_HEADERS: 'xforwarded',
    // A single node has no cluster transport, which saves it work.
    KC_CACHE: 'local',
    KC_BOOTSTRAP_ADMIN_USERNAME: 'admin',
    KC_BOOTSTRAP_ADMIN_PASSWORD: password,
    // The heap of its container image (70 % of the memory), in a container of 2 GB.
    KC_RUN_IN_CONTAINER: 'true',
    JAVA_OPTS_APPEND: '-XX:MaxRAM=2g',
  };
  return {
    name: 'keycloak',
    // The realm that is there from the start.
    discovery: `${issuer}/realms/master/.well-known/openid-configuration`,
    // Its migrations run with the first start.
    install: async () => {
      if (!existsSync(program)) await installKeycloak(site.cache);
      const build = ['build', '--db=postgres', '--health-enabled=true'];
      await run(program, build, { env: { ...process.env, ...env } });
    },
    launch: (cores) =>
      launch([program, 'start', '--optimized'], { cores, env, log: logOf(site), cwd: folder }),
    setUp: async () => {
      const form = { grant_type: 'password', client_id: 'admin-cli', username: 'admin', password };
      const tokenUrl = `${issuer}/realms/master/protocol/openid-connect/token`;
      const { access_token } = await sendJson<{ access_token: string }>(tokenUrl, { form }, 200);
      const client = { id: 'peers', secret: randomBytes(32).toString('base64url') };
      const people = peopleWith(randomBytes(24).toString('base64url'));
      const headers = { authorization: `Bearer ${access_token}` };
      const json = realm(client, people);
      expectStatus(await send(`${issuer}/admin/realms`, { headers, json }), 201);
      const endpoints = `${issuer}/realms/${REALM}/protocol/openid-connect`;
      return {
        authorize: `${endpoints}/auth`,
        token: `${endpoints}/token`,
        introspect: `${endpoints}/token/introspect`,
        userinfo: `${endpoints}/userinfo`,
        introspectionNeedsClient: true,
        client,
        plainForm: {},
        jwtClient: client,
        jwtForm: {},
        scope: SCOPE,
        // Its ordinary refresh tokens come with every code; offline sessions are something else there.
        offlineScope: SCOPE,
        offlineParameters: {},
        people,
      };
    },
    version: async () => (await readFile(join(folder, 'version.txt'), 'utf8')).trim().replace(/^.* /, ''),
  };
}

/** From Maven Central, whose archive has a folder of the release's name. */
async function installKeycloak(cache: string): Promise<void> {
  const options = [`-Dartifact=${ARTIFACT}`, `-DoutputDirectory=${cache}`];
  await run('mvn', ['-q', '-B', 'dependency:unpack', ...options]);
}

/** Refresh tokens work once, as with the others; by default they may be used again. */
function realm({ id, secret }: { id: string; secret: string }, people: readonly Person[]): object {
  return {
    realm: REALM,
    enabled: true,
    revokeRefreshToken: true,
    refreshTokenMaxReuse: 0,
    clients: [
      {
        clientId: id,
        secret,
        protocol: 'openid-connect',
        publicClient: false,
        serviceAccountsEnabled: true,
        standardFlowEnabled: true,
        directAccessGrantsEnabled: false,
        redirectUris: [REDIRECT_URI],
        attributes: { 'pkce.code.challenge.method': 'S256' },
        // It tells a client about a token only when the client is in the token's audience.
        protocolMappers: [
          {
            name: 'own audience',
            protocol: 'openid-connect',
            protocolMapper: 'oidc-audience-mapper',
            config: {
              'included.client.audience': id,
              'access.token.claim': 'true',
              'introspection.token.claim': 'true',
            },
          },
        ],
      },
    ],
    users: people.map(({ username, password }) => ({
      username,
      email: username,
      emailVerified: true,
      enabled: true,
      firstName: 'A',
      lastName: 'Person',
      credentials: [{ type: 'password', value: password, temporary: false }],
    })),
  };
}
