import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { readWelcome } from '../../harness/nodes/installation.js';
import {
  type CommandLine,
  killAll,
  openCommandLine,
  PosternProcess,
} from '../../harness/nodes/postern-process.js';
import { administer } from '../../harness/database/administer.js';
import { CLIENTS, freePort } from '../../harness/nodes/test-server.js';

let shell: CommandLine;
afterEach(async () => {
  await killAll();
  await shell.database.drop();
});

/** A server on a database of its own, with the credentials that it printed. */
async function start(settings: Record<string, string>) {
  shell = await openCommandLine();
  const port = await freePort();
  const issuer = `http://localhost:${String(port)}`;
  const environment = { ...shell.environment, PORT: String(port), ISSUER: issuer, ...settings };
  const server = new PosternProcess(['serve'], environment);
  await server.says('"listening"');
  return { server, issuer, port, ...readWelcome(server.stdout) };
}

/** Rows of the artifacts table, issued to that client. */
const rows = (clientId: string, count: number, expiresIn: string) => `
  INSERT INTO artifacts (id, model, payload, client_id, expires_at)
  SELECT sha256(('${clientId}' || i)::bytea), 2, '{}', '${clientId}', now() + interval '${expiresIn}'
  FROM generate_series(1, ${String(count)}) AS i`;

/** Makes each statement that deletes artifacts take half a second. */
const SLOW_DELETES = [
  `CREATE FUNCTION slow_down() RETURNS trigger LANGUAGE plpgsql
   AS $$ BEGIN PERFORM pg_sleep(0.5); RETURN NULL; END $$`,
  'CREATE TRIGGER slow_down AFTER DELETE ON artifacts FOR EACH STATEMENT EXECUTE FUNCTION slow_down()',
];

/** Ends with 0, and nothing that it printed since its start is an error, a warning or a stack. */
async function endsQuietly(server: PosternProcess): Promise<void> {
  expect(await server.end('SIGTERM')).toEqual({ code: 0, signal: null });
  const [, running = ''] = server.stderr.split(/.*"listening".*\n/);
  const lines = running.split('\n').filter((line) => line !== '');
  const levels = lines.map((line) => (JSON.parse(line) as { level: string }).level);
  expect(lines.filter((_line, index) => !['info', 'debug'].includes(levels[index] ?? ''))).toEqual([]);
  expect(running).not.toMatch(/\n\s+at /);
}

test.each(['1', '2'])(
  'SIGTERM while rows are being removed ends %s process(es) quietly, before all are',
  async (WORKERS) => {
    const { server, issuer, clientId, clientSecret } = await start({ WORKERS, EXPIRY_INTERVAL: '1' });
    const answer = await fetch(`${issuer}/oauth2/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        scope: 'clients.read clients.write',
        resource: `${issuer}/admin`,
      }),
    });
    const { access_token } = (await answer.json()) as { access_token: string };
    const headers = { authorization: `Bearer ${access_token}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ client_name: 'Large', redirect_uris: ['https://rp.example/callback'] });
    const created = await fetch(issuer + CLIENTS, { method: 'POST', headers, body });
    const client = (await created.json()) as { id: string; client_id: string };
    await administer(
      shell.database.url,
      ...SLOW_DELETES,
      rows(client.client_id, 60_000, '1 hour'),
      rows('expired', 60_000, '-1 hour'),
    );
    const deleted = await fetch(`${issuer}${CLIENTS}/${client.id}`, { method: 'DELETE', headers });
    expect(deleted.status).toBe(204);
    await endsQuietly(server);
    const left = `DO $$ BEGIN ASSERT (SELECT count(*) FROM artifacts WHERE client_id = '${client.client_id}') > 0; END $$`;
    await administer(shell.database.url, left);
  },
);

test.each(['1', '2'])(
  'callers that hang up, also during SIGTERM, leave no error of %s process(es)',
  async (WORKERS) => {
    const { server, port, clientId, clientSecret } = await start({ WORKERS });
    const form = `grant_type=client_credentials&client_id=${clientId}&client_secret=${clientSecret}`;
    const head = (target: string, length: number) =>
      `${target} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${String(length)}\r\n\r\n`;
    const requests = [
      `GET / HTTP/1.1\r\nHost: localhost\r\n\r\n`,
      `GET /admin/v1/docs HTTP/1.1\r\nHost: localhost\r\n\r\n`,
      `GET /oauth2/authorize?client_id=x HTTP/1.1\r\nHost: localhost\r\n\r\n`,
      head('POST /oauth2/token', form.length) + form,
      head('POST /oauth2/token', form.length) + form.slice(0, 20),
      head('POST /interaction/none/login', 100) + 'email=',
      head('POST /device', 100) + 'user_code=',
      'GET /he',
    ];
    const hangUp = async (request: string) => {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => undefined);
      await once(socket, 'connect');
      await new Promise((resolve) => socket.write(request, resolve));
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 10));
      socket.resetAndDestroy();
    };
    for (let round = 0; round < 5; round++) await Promise.all(requests.map(hangUp));
    // The server may have stopped listening before they connect.
    const last = requests.map((request) => hangUp(request).catch(() => undefined));
    const asked = performance.now();
    await Promise.all([endsQuietly(server), ...last]);
    // SHUTDOWN_TIMEOUT, 30 s, is for callers who wait for their answer.
    expect(performance.now() - asked).toBeLessThan(15_000);
  },
);
