import { describe, expect, test } from '@jest/globals';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { INSTALLATION } from '../../../src/server/bootstrap.js';
import { accountSubject } from '../../../src/tenancy/access/subjects.js';
import { INSTALLATION_TENANT } from '../../../src/tenancy/tenants/tenant.js';
import { startTestServer } from '../../harness/nodes/test-server.js';
import { accountFixture } from '../../harness/pages/account-fixture.js';
import { atHome } from '../../harness/pages/account-pages.js';
import { signInToOwnPage } from '../../harness/pages/own-sign-in.js';
import { obtainTokens } from '../../harness/protocol/relying-party.js';
import { shownAddress } from '../../harness/pages/shown-address.js';

const { server, other, client, config, root, eventsOf, accountOf } = await accountFixture();

describe('the data', () => {
  test('is one JSON file that has all of it, and no secret', async () => {
    const home = await atHome(server);
    const tokens = await obtainTokens(config, home.person, {}, home.agent);
    const answer = await home.send(await home.open('/account/data'), '/account/data/export');
    expect(answer.headers.get('content-type')).toContain('application/json');
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="account.json"');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const data = JSON.parse(answer.body) as Record<string, unknown[]>;
    expect(data).toMatchObject({
      account: { id: home.person.id, email: home.person.email },
      applications: [{ client_id: client.client_id, offline: true }],
      passkeys: [],
    });
    expect(data['sessions']).toHaveLength(1);
    expect(data['sign_ins']?.length).toBeGreaterThan(0);
    expect(data['events']).toContainEqual(
      expect.objectContaining({ action: 'account.signed_in', actor: 'you' }),
    );
    const { rows } = await server.database.pool.query<{ hash: string; uid: string }>(
      `SELECT password_hash AS hash, (SELECT uid FROM artifacts WHERE model = 1 AND account_id = a.id::text LIMIT 1) AS uid
       FROM accounts a WHERE id = $1`,
      [home.person.id],
    );
    const secrets = [
      home.person.password,
      rows[0]?.hash,
      rows[0]?.uid,
      tokens.access_token,
      tokens.refresh_token,
      ...home.agent
        .cookies()
        .flatMap(({ name, value }) => (/session|self|browser/.test(name) ? [value] : [])),
    ];
    for (const secret of secrets) expect(answer.body).not.toContain(String(secret));
    const actions = (await eventsOf(home.person.id)).map(({ action }) => action);
    expect(actions).toContain('account.data_exported');
  });

  test('is deleted with the typed address, and comes back with the password', async () => {
    const home = await atHome(server);
    const tokens = await obtainTokens(config, home.person, {}, new UserAgent());
    const page = await home.open('/account/data');
    for (const email of ['', 'somebody-else@people.example']) {
      const wrong = await home.send(page, '/account/data/delete', { email });
      expect(wrong.status).toBe(422);
      expect(wrong.body).toContain('Nothing was deleted.');
    }
    const typed = ` ${home.person.email.toUpperCase()} `;
    const gone = await home.send(page, '/account/data/delete', { email: typed });
    expect(gone.body).toContain('Your account will be deleted');
    for (const shown of [home.person.email, shownAddress(home.person.email)])
      expect(gone.body).not.toContain(shown);
    expect(await accountOf(home.person.id)).toMatchObject({
      status: 'deleting',
      deletion_requested_by: 'person',
    });
    expect((await home.open('/account', other.origin)).body).toContain('type="password"');
    const headers = { authorization: `Bearer ${tokens.access_token}` };
    expect((await fetch(`${other.origin}/oauth2/userinfo`, { headers })).status).toBe(401);

    expect(
      (await signInToOwnPage(server.origin, '/account', { ...home.person, password: 'wrong' })).status,
    ).toBe(400);
    const agent = new UserAgent();
    const asked = await signInToOwnPage(server.origin, '/account', home.person, agent);
    expect(asked.body).toContain('Bring your account back?');
    expect(await accountOf(home.person.id)).toMatchObject({ status: 'deleting' });
    const back = await agent.submit(asked, {}, { action: '/restore' });
    expect(back.body).toContain('Security');
    expect(await accountOf(home.person.id)).toMatchObject({ status: 'active', deletion_requested_by: null });
    const actions = (await eventsOf(home.person.id)).map(({ action }) => action);
    expect(actions).toContain('account.restored');
  });

  test('that an operator deletes does not come back by a sign-in', async () => {
    const person = await server.person();
    await root('DELETE', `/accounts/${person.id}`);
    expect((await signInToOwnPage(server.origin, '/account', person)).status).toBe(400);
  });

  test('does not come back by a proof that is forged, of another sign-in, or sent twice', async () => {
    const home = await atHome(server);
    await home.send(await home.open('/account/data'), '/account/data/delete', { email: home.person.email });
    const [one, two] = [new UserAgent(), new UserAgent()];
    const asked = await signInToOwnPage(server.origin, '/account', home.person, one);
    const elsewhere = await signInToOwnPage(server.origin, '/account', home.person, two);
    const proof = /name="proof" value="([^"]+)"/.exec(asked.body)?.[1] ?? '';
    for (const forged of ['', 'AAAA', proof.slice(0, -4), proof])
      expect((await two.submit(elsewhere, { proof: forged }, { action: '/restore' })).status).toBe(400);
    expect(await accountOf(home.person.id)).toMatchObject({ status: 'deleting' });
    expect((await one.submit(asked, {}, { action: '/restore' })).status).toBe(200);
    expect((await two.submit(elsewhere, {}, { action: '/restore' })).status).toBe(409);
  });

  test('of the last owner of the installation stays', async () => {
    const alone = await startTestServer();
    try {
      const owner = await alone.person();
      const { database, members } = alone.context;
      await database.transaction((tx) =>
        members.grant(tx, INSTALLATION, INSTALLATION_TENANT, accountSubject(owner.id), 'owner'),
      );
      const home = await atHome(alone, owner);
      const page = await home.open('/account/data');
      const refused = await home.send(page, '/account/data/delete', { email: owner.email });
      expect(refused.status).toBe(422);
      expect(refused.body).toContain('last owner of the installation');
    } finally {
      await alone.close();
    }
  });
});
