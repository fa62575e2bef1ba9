import { describe, expect, test } from '@jest/globals';
import { linkOn } from '../../harness/factors/second-factors.js';
import { securityFixture, SECURITY, codesOn, heading } from '../../harness/pages/security-fixture.js';

const { server, signedIn, addPasskey } = await securityFixture();

describe('passkeys', () => {
  test('are added, renamed and removed; codes come with the first only', async () => {
    const { agent, open } = await signedIn();
    const first = await addPasskey(agent);
    expect(heading(first)).toBe('Keep your recovery codes');
    expect(codesOn(first)).toHaveLength(10);
    const second = await addPasskey(agent);
    expect(second.url).toBe(`${server.origin}${SECURITY}?done=passkey-added`);
    expect(second.body).toContain('The passkey was added.');

    const renaming = await agent.open(linkOn(second, '#passkeys'));
    const renamed = await agent.submit(renaming, { name: '  Blue <key> ' }, { action: '/rename' });
    expect(renamed.body).toContain('Blue &lt;key&gt;');
    const refused = await agent.submit(renaming, { name: ' ' }, { action: '/rename' });
    expect(refused.status).toBe(400);
    expect(refused.body).toContain('Enter a name of 1 to 64 characters.');

    const confirming = await agent.open(linkOn(await open(SECURITY), '#confirm'));
    expect(confirming.body).toContain('Remove the passkey');
    const removed = await agent.submit(confirming, {}, { action: '/remove' });
    expect(removed.body).toContain('The passkey was removed.');
  });

  test('are not removed when the person could not sign in any more', async () => {
    const { person, agent, open } = await signedIn();
    await addPasskey(agent);
    const confirming = await agent.open(linkOn(await open(SECURITY), '#confirm'));
    await server.database.pool.query('UPDATE accounts SET password_hash = NULL WHERE id = $1', [person.id]);
    const refused = await agent.submit(confirming, {}, { action: '/remove' });
    expect(refused.status).toBe(400);
    expect(refused.body).toContain('is the last way to sign in');
    const page = await open(SECURITY);
    expect(page.body).toContain('It is your only way to sign in.');
    expect(page.body).not.toContain('>Remove<');
  });

  test('of others cannot be touched', async () => {
    const [mine, theirs] = [await signedIn(), await signedIn()];
    await addPasskey(mine.agent);
    await addPasskey(theirs.agent);
    const { rows } = await server.database.pool.query<{ id: string }>(
      'SELECT id FROM passkeys WHERE account_id = $1',
      [theirs.person.id],
    );
    const id = rows[0]?.id ?? '';
    const page = await mine.open(SECURITY);
    const csrf = /name="csrf" value="([^"]+)"/.exec(page.body)?.[1] ?? '';
    for (const action of ['rename', 'remove']) {
      const body = new URLSearchParams({ csrf, name: 'Stolen' });
      const answer = await mine.agent.open(`${server.origin}${SECURITY}/passkeys/${id}/${action}`, {
        method: 'POST',
        body,
      });
      expect(answer.status).toBeGreaterThanOrEqual(400);
    }
    const { rows: after } = await server.database.pool.query('SELECT name FROM passkeys WHERE id = $1', [id]);
    expect(after).toEqual([{ name: 'Passkey' }]);
  });

  test('are limited to twenty', async () => {
    const { person, agent } = await signedIn();
    await addPasskey(agent);
    await server.database.pool.query(
      `INSERT INTO passkeys (account_id, credential_id, user_handle, rp_id, public_key, sign_count, aaguid, device_type, backed_up, name)
       SELECT account_id, decode(md5(n::text || account_id), 'hex'), user_handle, rp_id, public_key, 0, aaguid, device_type, backed_up, 'More'
       FROM passkeys, generate_series(1, 19) AS n WHERE account_id = $1`,
      [person.id],
    );
    const options = await agent.open(`${server.origin}${SECURITY}/passkeys/options`);
    expect(options.status).toBeGreaterThanOrEqual(400);
  });
});
