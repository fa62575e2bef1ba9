import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from '@jest/globals';
import { Installation, readWelcome } from '../../harness/nodes/installation.js';
import { startSite } from '../../harness/browser/local-site.js';
import { killAll, openCommandLine, PosternProcess, runPostern } from '../../harness/nodes/postern-process.js';
import { basic, postForm } from '../../harness/protocol/wire.js';
import { freePort } from '../../harness/nodes/test-server.js';

const homes: Installation[] = [];
afterEach(async () => {
  await killAll();
  await Promise.all(homes.splice(0).map((home) => home.remove()));
});

async function tokenStatus(issuer: string, stdout: string): Promise<number> {
  const { clientId: client_id, clientSecret: client_secret } = readWelcome(stdout);
  const headers = basic({ id: '', client_id, client_secret });
  const fields = { grant_type: 'client_credentials', scope: 'clients.read', resource: `${issuer}/admin` };
  return (await postForm(`${issuer}/oauth2/token`, fields, headers)).status;
}

test('a first start that is killed at any moment can be made again', async () => {
  const home = await Installation.create();
  homes.push(home);
  for (const milliseconds of [700, 1_400, 2_100]) {
    const interrupted = new PosternProcess(['serve'], home.environment);
    await Promise.race([interrupted.says('shown once'), sleep(milliseconds)]);
    const shown = interrupted.stdout.includes('shown once');
    await interrupted.end('SIGKILL');
    if (shown) break;
  }
  const server = await home.serve();
  expect((await fetch(`${home.issuer}/readyz`)).status).toBe(200);
  expect(await server.end('SIGTERM')).toEqual({ code: 0, signal: null });
});

test('two nodes that start together on a new database make one set of credentials', async () => {
  const shell = await openCommandLine('schema');
  try {
    const ports = [String(await freePort()), String(await freePort())];
    const issuer = `http://localhost:${ports[0] ?? ''}`;
    const nodes = ports.map(
      (PORT) =>
        new PosternProcess(['serve'], {
          ...shell.environment,
          PORT,
          ISSUER: issuer,
          TRUSTED_PROXIES: '1',
        }),
    );
    await Promise.all(nodes.map((node) => node.says('"listening"')));
    await Promise.any(nodes.map((node) => node.says('resource=')));
    const [printed = ''] = nodes.map(({ stdout }) => stdout).filter(Boolean);
    expect(await tokenStatus(issuer, printed)).toBe(200);
    await Promise.all(nodes.map((node) => node.end('SIGTERM')));
    expect(nodes.filter(({ stdout }) => stdout !== '')).toHaveLength(1);
    const { data } = (await shell.run(['client', 'list', '--json'])).json() as { data: unknown[] };
    expect(data).toHaveLength(1);
  } finally {
    await killAll();
    await shell.database.drop();
  }
});

test('a port that is taken is named, and nothing is made that would be shown to nobody', async () => {
  const [shell, site] = await Promise.all([openCommandLine('schema'), startSite()]);
  try {
    const environment = { ...shell.environment, PORT: new URL(site.origin).port, ISSUER: site.origin };
    const refused = await runPostern(['serve'], environment);
    expect({ code: refused.code, stdout: refused.stdout }).toEqual({ code: 4, stdout: '' });
    expect(refused.stderr).toContain(`Port ${environment.PORT} of 127.0.0.1 is in use`);
    expect(refused.stderr).not.toMatch(/^\s+at /m);

    await site.close();
    const server = new PosternProcess(['serve'], environment);
    await server.says('resource=');
    expect(await tokenStatus(site.origin, server.stdout)).toBe(200);
  } finally {
    await killAll();
    await shell.database.drop();
  }
});
