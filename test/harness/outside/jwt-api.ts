import { makeApi } from '../admin/catalogue.js';
import type { TestServer } from '../nodes/test-server.js';

/** An API whose access tokens are JWTs. */
export const JWT_AUDIENCE = 'https://jwt-api.example';

/** Makes the API with the scope `jwt.read`, which clients have to list. */
export async function makeJwtApi(server: TestServer): Promise<void> {
  await makeApi(server, { audience: JWT_AUDIENCE, access_token_format: 'jwt' }, ['jwt.read']);
}
