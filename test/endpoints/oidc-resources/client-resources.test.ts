import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { RegisteredClient, TestServer } from '../../harness/nodes/test-server.js';
import { ApiTokens, NOTES, ORDERS, STOCK } from './api-tokens.js';

let apis: ApiTokens;
let server: TestServer;
beforeAll(async () => {
  apis = await ApiTokens.create();
  ({ server } = apis);
});
afterAll(() => server.close());

describe('a client for itself', () => {
  let machine: RegisteredClient;
  beforeAll(async () => {
    const scopes = ['orders.read', 'stock.read'];
    machine = await server.register({ grant_types: ['client_credentials'], scopes });
  });
  const ask = (...more: [string, string][]) =>
    apis.ask([['grant_type', 'client_credentials'], ...more], machine);

  test.each<[string, [string, string][]]>([
    ['of its scopes there', [['scope', 'orders.read stock.read']]],
    ['of all of them, when it names none', []],
  ])('gets a token of the resource that it names: %s', async (_, scope) => {
    const { body } = await ask(...scope, ['resource', ORDERS]);
    expect(body['scope']).toBe('orders.read');
    expect((await apis.verify(body['access_token'], ORDERS)).payload['scope']).toBe('orders.read');
  });

  test('need not name the only resource of its scopes', async () => {
    const { body } = await ask(['scope', 'orders.read']);
    expect((await apis.verify(body['access_token'], ORDERS)).payload['scope']).toBe('orders.read');
    const one = await server.register({
      grant_types: ['client_credentials'],
      scopes: ['email', 'orders.read', 'orders.write'],
      optional_scopes: ['orders.write'],
    });
    const unasked = await apis.ask([['grant_type', 'client_credentials']], one);
    expect(unasked.body['scope']).toBe('orders.read');
    expect((await apis.verify(unasked.body['access_token'], ORDERS)).payload['scope']).toBe('orders.read');
  });

  test.each<[string, [string, string][]]>([
    ['scopes of several', [['scope', 'orders.read stock.read']]],
    ['no scopes', []],
  ])('is told which resources it has to choose from when it names %s', async (_, scope) => {
    const { status, body } = await ask(...scope);
    expect([status, body['error']]).toEqual([400, 'invalid_target']);
    expect(body['error_description']).toContain(ORDERS);
    expect(body['error_description']).toContain(STOCK);
  });

  test.each<[string, [string, string][]]>([
    ['invalid_scope', [['scope', 'orders.read orders.write']]],
    [
      'invalid_scope',
      [
        ['resource', ORDERS],
        ['scope', 'orders.write'],
      ],
    ],
    [
      'invalid_target',
      [
        ['resource', NOTES],
        ['scope', 'stock.read'],
      ],
    ],
    [
      'invalid_target',
      [
        ['resource', ORDERS],
        ['resource', STOCK],
        ['scope', 'orders.read'],
      ],
    ],
  ])('is answered %s for %j', async (error, form) => {
    const { status, body } = await ask(...form);
    expect([status, body['error']]).toEqual([400, error]);
  });
});
