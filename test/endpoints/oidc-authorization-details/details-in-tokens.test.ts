import { describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import * as oidc from 'openid-client';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { callAdmin } from '../../harness/admin/admin-caller.js';
import {
  asks,
  FILES,
  FOLDER,
  NOTE,
  OTHER_PAYMENT,
  PAY,
  PAYMENT,
  registerForDetails,
} from '../../harness/protocol/authorization-details.js';
import { authorizationRequest, relyingParty, signIn } from '../../harness/protocol/relying-party.js';
import { basic, postForm } from '../../harness/protocol/wire.js';
import { CALLBACK, detailsFixture, refusal, SCOPE } from './details-fixture.js';

const { addNode, begin, config, introspect, obtain, person, server } = await detailsFixture();

describe('a token', () => {
  test('has the details for its own API only', async () => {
    const redeem = { resource: FILES };
    const tokens = await obtain([PAYMENT, FOLDER, NOTE], { redeem });
    expect(tokens['authorization_details']).toEqual([FOLDER, NOTE]);
    expect(await introspect(tokens.access_token)).toMatchObject({
      aud: FILES,
      authorization_details: [FOLDER, NOTE],
    });
    const other = await oidc.refreshTokenGrant(config, tokens.refresh_token ?? '', { resource: PAY });
    expect(other['authorization_details']).toEqual([PAYMENT, NOTE]);
  });

  test('has none when its request asked for none, although the person allowed some before', async () => {
    const agent = new UserAgent();
    await obtain([PAYMENT], { agent });
    const request = await authorizationRequest(config, { scope: SCOPE });
    const page = await signIn(request, person, agent);
    const tokens = await oidc.authorizationCodeGrant(config, new URL(page.url), request.checks);
    expect(tokens['authorization_details']).toBeUndefined();
    expect(await introspect(tokens.access_token)).not.toHaveProperty('authorization_details');
  });

  test('may have fewer than its code, and never others', async () => {
    const fewer = await obtain([PAYMENT, OTHER_PAYMENT], { redeem: asks(OTHER_PAYMENT) });
    expect(fewer['authorization_details']).toEqual([OTHER_PAYMENT]);
    const wider = obtain([PAYMENT], { redeem: asks(PAYMENT, OTHER_PAYMENT) });
    expect(refusal(await wider.catch((error: unknown) => error))).toMatchObject({
      error: 'invalid_authorization_details',
      error_description: expect.stringContaining("authorization_details[1] of the type 'payment'"),
    });
    const tokens = await obtain([PAYMENT]);
    const refreshed = oidc.refreshTokenGrant(config, tokens.refresh_token ?? '', asks(OTHER_PAYMENT));
    expect(refusal(await refreshed.catch((error: unknown) => error)).error).toBe(
      'invalid_authorization_details',
    );
    // A refused request leaves the refresh token as it was.
    const kept = await oidc.refreshTokenGrant(config, tokens.refresh_token ?? '');
    expect(kept['authorization_details']).toEqual([PAYMENT]);
  });

  test('ends when its client loses the type', async () => {
    const own = await registerForDetails(server);
    const at = await relyingParty(server, own);
    const tokens = await obtain([PAYMENT], { at });
    await server.admin('PATCH', `/${own.id}`, { authorization_details_types: ['note'] });
    const refreshed = oidc.refreshTokenGrant(at, tokens.refresh_token ?? '');
    expect(refusal(await refreshed.catch((error: unknown) => error)).error).toBe('invalid_grant');
    const { page } = await begin([PAYMENT], new UserAgent(), {}, at);
    expect(new URL(page.url).searchParams.get('error')).toBe('invalid_authorization_details');
  });

  test('of a client itself has what it asks for', async () => {
    const machine = await registerForDetails(server, {
      grant_types: ['client_credentials'],
      redirect_uris: [],
    });
    const at = await relyingParty(server, machine);
    const tokens = await oidc.clientCredentialsGrant(at, asks(PAYMENT));
    expect(tokens['authorization_details']).toEqual([PAYMENT]);
    expect(decodeJwt(tokens.access_token)).toMatchObject({ aud: PAY, authorization_details: [PAYMENT] });
    const both = oidc.clientCredentialsGrant(at, asks(PAYMENT, FOLDER));
    expect(refusal(await both.catch((error: unknown) => error)).error).toBe('invalid_target');
    const none = oidc.clientCredentialsGrant(at, asks(NOTE));
    expect(refusal(await none.catch((error: unknown) => error)).error).toBe('invalid_target');
    const named = await oidc.clientCredentialsGrant(at, { ...asks(NOTE), resource: FILES });
    expect(named['authorization_details']).toEqual([NOTE]);
  });
});

test('a code that comes again ends what it gave', async () => {
  const agent = new UserAgent();
  const { page, request } = await begin([PAYMENT], agent);
  const done = await agent.submit(page, {}, { action: '/consent', stopAt: CALLBACK });
  const redeem = () => oidc.authorizationCodeGrant(config, new URL(done.url), request.checks);
  const tokens = await redeem();
  expect(await introspect(tokens.access_token)).toMatchObject({ active: true });
  expect(refusal(await redeem().catch((error: unknown) => error)).error).toBe('invalid_grant');
  expect(await introspect(tokens.access_token)).toEqual({ active: false });
  const again = await begin([PAYMENT], agent);
  expect(again.page.body).toContain('It asks you to allow exactly this');
});

test('another node refuses a new type until it has read the catalogue, and the client works there all the while', async () => {
  const other = await addNode();
  const body = { title: 'New', consent_template: 'New', schema: { type: 'object' } };
  await callAdmin(server, 'POST', '/authorization_details_types', { type: 'new', ...body });
  const own = await registerForDetails(server, { authorization_details_types: ['new', 'payment'] });
  const push = async (type: string) => {
    const form = { client_id: own.client_id, response_type: 'code', redirect_uri: CALLBACK };
    const asked = type === 'new' ? { ...asks({ type }), resource: FILES } : asks(PAYMENT);
    const answer = await postForm(`${other.origin}/oauth2/par`, { ...form, ...asked }, basic(own));
    return answer.body['error'] ?? answer.status;
  };
  expect(await push('payment')).toBe(201);
  expect(await push('new')).toBe('invalid_authorization_details');
  await other.engine.refresh();
  expect(await push('new')).toBe(201);
});

test('what people allow stays as it is when the schema changes', async () => {
  const type = 'changing';
  const path = `/authorization_details_types/${type}`;
  const schema = { type: 'object', properties: { size: { type: 'integer' } } };
  const body = { type, title: 'Changing', consent_template: 'Size {{size}}', schema };
  await callAdmin(server, 'POST', '/authorization_details_types', body);
  const own = await registerForDetails(server, { authorization_details_types: [type, 'note'] });
  const at = await relyingParty(server, own);
  const detail = { type, size: 3 };
  const tokens = await obtain([detail], { at, more: { resource: FILES } });
  await callAdmin(server, 'PATCH', path, {
    schema: { type: 'object', properties: { size: { type: 'integer', maximum: 2 } } },
  });
  const refreshed = await oidc.refreshTokenGrant(at, tokens.refresh_token ?? '');
  expect(refreshed['authorization_details']).toEqual([detail]);
  const { page } = await begin([detail], new UserAgent(), { resource: FILES }, at);
  expect(new URL(page.url).searchParams.get('error')).toBe('invalid_authorization_details');
});
