import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import { eventually } from '../../harness/common/eventually.js';
import { atHome } from '../../harness/pages/account-pages.js';
import { cibaFixture, GRANTS } from './ciba-fixture.js';

const { answer, ask, poll, server } = await cibaFixture();

/** A client whose notification endpoint answers with these statuses, the last one again and again, and what it got. */
async function pingedClient(...statuses: number[]) {
  const got: { authorization: string | undefined; body: string }[] = [];
  const receiver = createServer((request, response) => {
    void text(request).then((body) => {
      const status = statuses[Math.min(got.length, statuses.length - 1)] ?? 204;
      got.push({ authorization: request.headers.authorization, body });
      response.writeHead(status, { location: '/other' }).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const { port } = receiver.address() as AddressInfo;
  const pinged = await server.register({
    grant_types: GRANTS,
    redirect_uris: [],
    backchannel_token_delivery_mode: 'ping',
    backchannel_client_notification_endpoint: `http://127.0.0.1:${String(port)}/ping`,
  });
  return { got, pinged, receiver };
}

test('with ping the client is notified by the bearer token that it gave, again after a failure', async () => {
  const { got, pinged, receiver } = await pingedClient(500, 204);
  try {
    const home = await atHome(server);
    const fields = { login_hint: home.person.email };
    expect((await ask(fields, pinged)).body['error']).toBe('invalid_request');
    const { body } = await ask({ ...fields, client_notification_token: 'notify-me-1234567890' }, pinged);
    const id = String(body['auth_req_id']);
    const rows = await server.database.pool.query('SELECT payload::text FROM artifacts WHERE model = 13');
    expect(JSON.stringify(rows.rows)).not.toMatch(/notify-me|login_hint/);
    await answer(home, 'deny');
    await eventually(() => got.length === 1);
    await server.database.pool.query('UPDATE outbox SET due_at = now() WHERE lease_owner IS NULL');
    await eventually(() => got.length === 2);
    expect(got[1]).toEqual({
      authorization: 'Bearer notify-me-1234567890',
      body: JSON.stringify({ auth_req_id: id }),
    });
    expect((await poll(id, pinged)).body['error']).toBe('access_denied');
  } finally {
    receiver.close();
  }
}, 30_000);

test.each([301, 401])(
  'a notification that the client has answered with %d is not sent again, and the client can poll',
  async (status) => {
    const { got, pinged, receiver } = await pingedClient(status);
    try {
      const home = await atHome(server);
      const fields = { login_hint: home.person.email, client_notification_token: 'notify-me-1234567890' };
      const { body } = await ask(fields, pinged);
      await answer(home, 'allow');
      const said = `notification failed: client ${pinged.client_id} answered ${String(status)}`;
      const failed = 'SELECT dead_at FROM outbox WHERE last_error = $1';
      await eventually(async () => (await server.database.pool.query(failed, [said])).rows.length === 1);
      const { rows } = await server.database.pool.query<{ dead_at: Date | null }>(failed, [said]);
      expect(rows[0]?.dead_at).toBeInstanceOf(Date);
      expect(got).toHaveLength(1);
      expect((await poll(String(body['auth_req_id']), pinged)).status).toBe(200);
    } finally {
      receiver.close();
    }
  },
  30_000,
);
