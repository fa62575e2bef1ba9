import { beforeAll, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import * as oidc from 'openid-client';
import { callAdmin } from '../../harness/admin/admin-caller.js';
import type { RegisteredClient } from '../../harness/nodes/test-server.js';
import {
  asks,
  type Detail,
  FILES,
  FOLDER,
  makeDetailsTypes,
  NOTE,
  OTHER_PAYMENT,
  PAY,
  PAYMENT,
  registerForDetails,
} from '../../harness/protocol/authorization-details.js';
import { protocolFixture } from '../../harness/protocol/protocol-fixture.js';
import { authorizationRequest, relyingParty, signInAndAllow } from '../../harness/protocol/relying-party.js';
import { basic, postForm } from '../../harness/protocol/wire.js';
import { exchange, JWT_BEARER, registerService, TYPE } from './exchange-fixture.js';

const RULES = [
  { audience: PAY, scopes: ['pay.read'], subject: 'any' },
  { audience: FILES, scopes: ['files.read'], subject: 'any' },
];
const { person, server } = await protocolFixture();
let client: RegisteredClient;
let service: RegisteredClient;
let config: oidc.Configuration;
beforeAll(async () => {
  const { files, pay } = await makeDetailsTypes(server);
  await callAdmin(server, 'POST', '/scopes', { name: 'pay.read', title: 'Payments', api_id: pay });
  await callAdmin(server, 'POST', '/scopes', { name: 'files.read', title: 'Files', api_id: files });
  client = await registerForDetails(server);
  config = await relyingParty(server, client);
  service = await registerService(
    { server },
    { token_exchange: RULES, authorization_details_types: ['payment', 'note'] },
  );
});

/** The tokens of a person who allowed these details; the access token is for payments. */
async function obtain(details: Detail[], who = person) {
  const request = await authorizationRequest(config, { scope: 'openid', ...asks(...details) });
  const callback = await signInAndAllow(request, who);
  return oidc.authorizationCodeGrant(config, callback, request.checks, { resource: PAY });
}

const send = (subject_token: string, more: Record<string, string> = {}, by = service) =>
  exchange({ server }, by, { subject_token, audience: PAY, ...more });
const detailsOf = async (token: string, more: Record<string, string> = {}) => {
  const { body } = await send(token, more);
  return body['authorization_details'] ?? body['error'];
};
const introspected = async (token: unknown) =>
  (await postForm(`${server.origin}/oauth2/introspect`, { token: String(token) }, basic(service))).body;

describe('an exchanged token', () => {
  test('has the details of the subject token that its client has the types of, or fewer', async () => {
    const { access_token: token } = await obtain([PAYMENT, OTHER_PAYMENT, NOTE]);
    const { body } = await send(token);
    expect(body['authorization_details']).toEqual([PAYMENT, OTHER_PAYMENT, NOTE]);
    expect(body).not.toHaveProperty('scope');
    const whole = String(body['access_token']);
    expect(decodeJwt(whole)).toMatchObject({
      aud: PAY,
      authorization_details: [PAYMENT, OTHER_PAYMENT, NOTE],
    });
    expect(await introspected(whole)).toMatchObject({ active: true, sub: person.id });

    const fewer = (await send(token, asks(OTHER_PAYMENT))).body;
    expect(fewer['authorization_details']).toEqual([OTHER_PAYMENT]);
    const narrowed = String(fewer['access_token']);
    expect(await introspected(narrowed)).toMatchObject({ authorization_details: [OTHER_PAYMENT] });
    expect(await detailsOf(narrowed)).toEqual([OTHER_PAYMENT]);
    expect(await detailsOf(narrowed, asks(PAYMENT))).toBe('invalid_authorization_details');
  });

  test('needs no audience where the details or the rules name one API', async () => {
    const { access_token: token } = await obtain([PAYMENT, NOTE]);
    const one = await registerService(
      { server },
      { token_exchange: RULES.slice(0, 1), authorization_details_types: ['payment', 'note'] },
    );
    for (const details of [[NOTE], [PAYMENT], [PAYMENT, NOTE]]) {
      const { body } = await send(token, { audience: '', ...asks(...details) }, one);
      expect(body['authorization_details']).toEqual(details);
      expect(decodeJwt(String(body['access_token'])).aud).toBe(PAY);
    }
    expect((await send(token, { audience: '', ...asks(PAYMENT) })).status).toBe(200);
    const several = await send(token, { audience: '', ...asks(NOTE) });
    expect(several).toMatchObject({
      status: 400,
      body: { error: 'invalid_target', error_description: expect.stringContaining('send audience') },
    });
  });

  test('has those for its own API only', async () => {
    const { access_token: token } = await obtain([PAYMENT, FOLDER, NOTE]);
    expect((await send(token)).body['authorization_details']).toEqual([PAYMENT, NOTE]);
    expect(await detailsOf(token, { audience: FILES })).toBe('invalid_scope');
    for (const detail of [PAYMENT, NOTE])
      expect(await detailsOf(token, { audience: FILES, ...asks(detail) })).toBe(
        'invalid_authorization_details',
      );
  });

  test('ends with what the person allowed', async () => {
    const one = await server.person();
    const { access_token: token } = await obtain([PAYMENT], one);
    const { body } = await send(token, asks(PAYMENT));
    await callAdmin(server, 'DELETE', `/accounts/${one.id}/grants/${client.client_id}`);
    expect(await introspected(body['access_token'])).toEqual({ active: false });
    expect(await detailsOf(token, asks(PAYMENT))).toBe('invalid_request');
  });
});

describe('details are refused', () => {
  const refusal = async (sent: ReturnType<typeof send>) => {
    const { body, status } = await sent;
    return [status, body['error'], body['error_description']];
  };
  const invalid = (why: string) => [400, 'invalid_authorization_details', expect.stringContaining(why)];

  test('that the subject token does not have, exactly so', async () => {
    const { access_token: token, id_token: idToken = '' } = await obtain([PAYMENT]);
    const first = "authorization_details[1] of the type 'payment': the subject token has no such detail";
    expect(await refusal(send(token, asks(PAYMENT, OTHER_PAYMENT)))).toEqual(invalid(first));
    const dearer = { ...PAYMENT, amount: { ...PAYMENT.amount, value: '12.51' } };
    expect(await refusal(send(token, asks(dearer)))).toEqual(invalid('the subject token has no such detail'));
    expect(await refusal(send(token, { authorization_details: '[{' }))).toEqual(invalid('is not JSON'));
    const ofIdToken = { subject_token_type: `${TYPE}id_token`, ...asks(PAYMENT) };
    expect(await refusal(send(idToken, ofIdToken))).toEqual(invalid('the subject token has no such detail'));
  });

  test('of a client without their type, which gets none by itself either', async () => {
    const { access_token: token } = await obtain([PAYMENT, NOTE]);
    const plain = await registerService({ server }, { token_exchange: RULES });
    expect(await refusal(send(token, asks(PAYMENT), plain))).toEqual(invalid('does not have this type'));
    expect((await refusal(send(token, {}, plain)))[1]).toBe('invalid_scope');
  });

  test('in assertions, and for them', async () => {
    const { id_token: idToken = '' } = await obtain([PAYMENT]);
    const other = { subject_token_type: `${TYPE}id_token`, requested_token_type: `${TYPE}id-jag` };
    expect(await refusal(send(idToken, { ...other, ...asks(PAYMENT) }))).toEqual(
      invalid('are not in assertions'),
    );
    const bearer = await registerForDetails(server, { grant_types: [JWT_BEARER], redirect_uris: [] });
    const form = { grant_type: JWT_BEARER, assertion: 'x', ...asks(PAYMENT) };
    expect(await refusal(postForm(`${server.origin}/oauth2/token`, form, basic(bearer)))).toEqual(
      invalid('cannot be had for an assertion'),
    );
  });
});
