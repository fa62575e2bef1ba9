import { callAdmin } from '../admin/admin-caller.js';
import { makeApi } from '../admin/catalogue.js';
import type { RegisteredClient, TestServer } from '../nodes/test-server.js';

export const PAY = 'https://pay.example';
export const FILES = 'https://files.example';

/** A payment, and another one. */
export const PAYMENT = { type: 'payment', amount: { value: '12.50', currency: 'EUR' }, creditor: 'Ada' };
export const OTHER_PAYMENT = { ...PAYMENT, creditor: 'Grace' };
/** Details for another API, and of a type of none. */
export const FOLDER = { type: 'https://files.example/folder', actions: ['read'], path: '/photos' };
export const NOTE = { type: 'note', text: 'Hello' };

/** Authorization details of any type. */
export type Detail = Record<string, unknown>;

/** The parameter of a request for these details. */
export const asks = (...details: Detail[]) => ({ authorization_details: JSON.stringify(details) });

/** Makes the two APIs, which have no scopes, and the types of the details above. */
export async function makeDetailsTypes(server: TestServer): Promise<{ pay: string; files: string }> {
  const pay = await makeApi(server, { audience: PAY, name: 'Payments' }, []);
  const files = await makeApi(server, { audience: FILES, access_token_format: 'opaque' }, []);
  const text = { type: 'string', maxLength: 100 };
  const types = [
    {
      type: 'payment',
      title: 'Payment',
      consent_template: 'Pay {{amount.value}} {{amount.currency}} to {{creditor}}',
      api_id: pay,
      schema: {
        type: 'object',
        properties: {
          amount: {
            type: 'object',
            properties: {
              value: { type: 'string', pattern: '^[0-9]{1,6}\\.[0-9]{2}$' },
              currency: { enum: ['EUR', 'USD'] },
            },
            required: ['value', 'currency'],
            additionalProperties: false,
          },
          creditor: text,
        },
        required: ['amount', 'creditor'],
        additionalProperties: false,
      },
    },
    {
      type: FOLDER.type,
      title: 'Folder',
      consent_template: 'Read {{path}}',
      api_id: files,
      schema: {
        type: 'object',
        properties: { path: text, actions: { type: 'array', items: { enum: ['read', 'write'] } } },
        required: ['path'],
        additionalProperties: false,
      },
    },
    {
      type: 'note',
      title: 'Note',
      consent_template: 'Leave the note {{text}}',
      schema: { type: 'object', properties: { text } },
    },
  ];
  for (const body of types) {
    const made = await callAdmin(server, 'POST', '/authorization_details_types', body);
    if (made.status !== 201) throw new Error(JSON.stringify(made.body));
  }
  return { pay, files };
}

/** Registers a client that has the types, and scopes of no API. */
export function registerForDetails(
  server: TestServer,
  fields: Record<string, unknown> = {},
): Promise<RegisteredClient> {
  return server.register({ authorization_details_types: ['payment', FOLDER.type, 'note'], ...fields });
}
