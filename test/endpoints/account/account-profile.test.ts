import { describe, expect, test } from '@jest/globals';
import { accountFixture } from '../../harness/pages/account-fixture.js';
import { atHome } from '../../harness/pages/account-pages.js';

const { server, root, eventsOf, accountOf } = await accountFixture();

describe('the profile', () => {
  test('is saved, shown to applications, and recorded by name only', async () => {
    const home = await atHome(server);
    const page = await home.open('/account/profile');
    const saved = await home.send(page, '/account/profile', {
      name: ' Ada <Lovelace> ',
      birthdate: '1815-12-10',
      locale: 'de',
      zoneinfo: 'Europe/London',
      'address.locality': 'London',
      phone_number: '+44 20 7946 0000',
      picture: 'https://people.example/ada.png',
    });
    expect(saved.body).toContain('Your profile is saved.');
    expect(saved.body).toContain('value="Ada &lt;Lovelace&gt;"');
    expect((await accountOf(home.person.id))['profile']).toEqual({
      name: 'Ada <Lovelace>',
      birthdate: '1815-12-10',
      locale: 'de',
      zoneinfo: 'Europe/London',
      address: { locality: 'London' },
      phone_number: '+44 20 7946 0000',
      picture: 'https://people.example/ada.png',
    });
    const [event] = await eventsOf(home.person.id);
    expect(event).toMatchObject({
      action: 'account.updated',
      actor: `account:${home.person.id}`,
      changed_fields: ['profile'],
    });
    const emptied = await home.send(saved, '/account/profile', { name: '', 'address.locality': '' });
    expect(emptied.status).toBe(200);
    const { profile } = await accountOf(home.person.id);
    expect(profile).not.toHaveProperty('name');
    expect(profile).not.toHaveProperty('address');
  });

  test('with mistakes is not saved, and says at the fields what to change', async () => {
    const home = await atHome(server);
    const before = (await accountOf(home.person.id))['profile'];
    const page = await home.open('/account/profile');
    const wrong = await home.send(page, '/account/profile', {
      picture: 'http://people.example/ada.png',
      website: 'javascript:alert(1)',
      birthdate: 'long ago',
      phone_number: '0123',
      nickname: 'x'.repeat(2_000),
      name: 'Ada\0',
    });
    expect(wrong.status).toBe(422);
    for (const field of ['picture', 'website', 'birthdate', 'phone_number', 'nickname', 'name'])
      expect(wrong.body).toContain(`id="${field}-problem"`);
    expect(wrong.body).toContain('value="long ago"');
    expect((await accountOf(home.person.id))['profile']).toEqual(before);
  });

  test('keeps what people cannot say of themselves', async () => {
    const home = await atHome(server);
    const { id } = home.person;
    const number = '+44 20 7946 0000';
    const address = { formatted: '1 Tram Road\nLondon', locality: 'London' };
    await root('PATCH', `/accounts/${id}`, {
      profile: { phone_number: number, phone_number_verified: true, address, locale: 'tlh' },
    });
    const page = await home.open('/account/profile');
    const same = await home.send(page, '/account/profile', {
      phone_number_verified: 'true',
      email: 'x@y.example',
    });
    expect((await accountOf(id))['profile']).toMatchObject({
      phone_number_verified: true,
      address,
      locale: 'tlh',
    });
    await home.send(same, '/account/profile', {
      phone_number: '+44 20 7946 0001',
      phone_number_verified: 'true',
    });
    const { profile, email } = await accountOf(id);
    expect(profile).not.toHaveProperty('phone_number_verified');
    expect(email).toBe(home.person.email);
  });
});
