import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { MODELS } from '../../adapters/artifact.models.js';
import { UserAgent } from '../../src/demo/user-agent.js';
import { describeWithBrowser } from '../harness/browser/browser.js';
import { signInOn } from '../harness/browser/sign-in-form.js';
import { killAll } from '../harness/nodes/postern-process.js';
import { startTestServer, type TestServer } from '../harness/nodes/test-server.js';
import { documentedApps, register, whileRunning } from '../harness/protocol/relying-party-app.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const document = await readFile(`${ROOT}docs/relying-parties.md`, 'utf8');

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => {
  await killAll();
  await server.close();
});

describe('the programs of docs/relying-parties.md sign a person in', () => {
  const apps = documentedApps(document, 'app');
  test('there are some', () => expect(apps.length).toBeGreaterThan(5));

  test.each(apps.map((app) => [app.title, app] as const))('%s', async (title, documented) => {
    const person = await server.person();
    const app = await register(server, documented);
    await whileRunning(app, async () => {
      const agent = new UserAgent();
      let page =
        title === 'Auth.js'
          ? await agent.submit(
              await agent.open(`${app.origin}/auth/signin`),
              {},
              { action: '/signin/postern' },
            )
          : await agent.open(`${app.origin}/login`);
      page = await agent.submit(
        page,
        { email: person.email, password: person.password },
        { action: '/login' },
      );
      if (page.url.startsWith(server.issuer)) page = await agent.submit(page, {}, { action: '/consent' });
      expect(page.url).toContain(app.origin);
      expect(page.status).toBe(200);
      expect(page.body).toContain(person.email);
      if (title === 'simple-oauth2') expect(await tokensOf(app.env.CLIENT_ID)).toBe(0);
    });
  });
});

/** How many access and refresh tokens of the client there are. */
async function tokensOf(clientId: string): Promise<number> {
  const { rows } = await server.database.pool.query<{ count: number }>(
    `SELECT count(*)::int FROM artifacts WHERE client_id = $1 AND model = ANY ($2)`,
    [clientId, [MODELS.AccessToken, MODELS.RefreshToken]],
  );
  return rows[0]?.count ?? 0;
}

describeWithBrowser('the scripts of docs/relying-parties.md', (open) => {
  test.each(documentedApps(document, 'browser').map((app) => [app.title, app] as const))(
    '%s',
    async (_title, documented) => {
      const person = await server.person();
      const app = await register(server, documented);
      const constants = `const ISSUER = '${app.env.ISSUER}', CLIENT_ID = '${app.env.CLIENT_ID}';`;
      const imports = {
        'oidc-client-ts': '/node_modules/oidc-client-ts/dist/esm/oidc-client-ts.js',
        'jwt-decode': '/node_modules/jwt-decode/build/esm/index.js',
      };
      const html = `<!doctype html><link rel="icon" href="data:,"><body>
        <script type="importmap">${JSON.stringify({ imports })}</script>
        <script type="module">${constants}\n${app.code}</script>`;
      const site = createServer((request, response) => {
        const { pathname } = new URL(request.url ?? '/', app.origin);
        if (!pathname.startsWith('/node_modules/')) {
          response.setHeader('Content-Type', 'text/html').end(html);
          return;
        }
        void readFile(ROOT + pathname.slice(1)).then((script) =>
          response.setHeader('Content-Type', 'text/javascript').end(script),
        );
      }).listen(app.port);
      try {
        const page = await open();
        await page.goto(app.origin);
        await signInOn(page, person);
        await page.getByRole('button', { name: 'Allow' }).click();
        await page.getByText(person.email).waitFor();
        expect(await page.textContent('body')).toContain(person.id);
      } finally {
        site.close();
      }
    },
  );
});
