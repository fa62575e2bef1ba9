import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { afterEach, expect, test } from '@jest/globals';
import { Installation, readWelcome } from '../../harness/nodes/installation.js';
import { killAll, type PosternProcess } from '../../harness/nodes/postern-process.js';

let home: Installation;
afterEach(async () => {
  await killAll();
  await home.remove();
});

/** A server with a token request whose body has come halfway. */
async function withRequestInFlight(settings: Record<string, string> = {}) {
  home = await Installation.create(settings);
  const server = await home.serve();
  await server.says('resource=');
  const { clientId, clientSecret } = readWelcome(server.stdout);
  const body = `grant_type=client_credentials&scope=clients.read&resource=${home.issuer}/admin`;
  const sent = request(`${home.issuer}/oauth2/token`, {
    method: 'POST',
    auth: `${clientId}:${clientSecret}`,
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'content-length': body.length },
    agent: new Agent({ keepAlive: true }),
  });
  const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
  await new Promise((resolve) => sent.write(body.slice(0, 30), resolve));
  await arrives(server);
  return { server, sent, answered, rest: body.slice(30) };
}

/** The server has taken everything that was sent before: it answers on a later connection. */
async function arrives(server: PosternProcess): Promise<void> {
  expect((await fetch(`${home.issuer}/healthz`)).status).toBe(200);
  await server.says('/healthz');
}

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s finishes the request in flight, takes no new one, and ends in order',
  async (signal) => {
    const { server, sent, answered, rest } = await withRequestInFlight();
    server.child.kill(signal);
    await server.says('"stopping"');
    await expect(fetch(`${home.issuer}/healthz`)).rejects.toThrow();
    expect(server.child.exitCode).toBeNull();

    sent.end(rest);
    const [answer] = await answered;
    expect(answer.statusCode).toBe(200);
    const chunks = (await answer.toArray()) as Buffer[];
    expect(JSON.parse(Buffer.concat(chunks).toString())).toHaveProperty('access_token');
    expect(await server.ended).toEqual({ code: 0, signal: null });
    expect(await home.databasePid()).toBeUndefined();
  },
);

test('a request that never ends holds it up for no longer than the setting says', async () => {
  const { server, sent, answered } = await withRequestInFlight({ SHUTDOWN_TIMEOUT: '1' });
  sent.on('error', () => undefined);
  const broken = expect(answered).rejects.toThrow();
  const asked = performance.now();
  expect(await server.end('SIGTERM')).toEqual({ code: 0, signal: null });
  expect(performance.now() - asked).toBeLessThan(15_000);
  await broken;
});
