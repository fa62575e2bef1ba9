import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startTestServer } from '../../harness/nodes/test-server.js';
import { driveCatalogue, driveClients } from './drive-registry.js';
import {
  driveAccounts,
  driveDevelopmentMailbox,
  driveInstallation,
  driveInvitations,
  driveMembers,
  driveReports,
  driveWebhooks,
} from './drive-tenancy.js';
import { type Driver, driverOf, idOf } from './driver.js';

let driver: Driver;
beforeAll(async () => {
  driver = await driverOf(await startTestServer({ env: { REGISTRATION: 'token', SIGN_UP: 'invite' } }));
});
afterAll(() => driver.server.close());

test('a client made of the document drives every operation through a whole life', async () => {
  const { call, client } = driver;
  const made = await call('createOrganization', 201, { body: { slug: 'drive', name: 'Drive' } });
  await call('createOrganization', 409, { body: { slug: 'drive', name: 'Drive' } });
  await call('createOrganization', 422, { body: { slug: 'No slug' } });
  const org = idOf(made);
  await call('listOrganizations', 200, { parameters: { page_limit: '1' } });
  await call('listOrganizations', 400, { parameters: { page_limit: '0' } });
  await call('getOrganization', 200, { parameters: { org } });
  await call('getOrganization', 404, { parameters: { org: 'nowhere' } });
  await call('updateOrganization', 200, { parameters: { org }, body: { membership_open: true } });
  const project = idOf(
    await call('createProject', 201, { parameters: { org }, body: { slug: 'one', name: 'One' } }),
  );
  const place = { org, project };
  await call('listProjects', 200, { parameters: { org } });
  await call('getProject', 200, { parameters: place });
  await call('updateProject', 200, { parameters: place, body: { name: 'First' } });
  await driveMembers(driver, place);
  await driveCatalogue(driver);
  await driveClients(driver, place);
  const token = await call('createInitialAccessToken', 201, { parameters: place, body: { max_uses: 2 } });
  await call('listInitialAccessTokens', 200, { parameters: place });
  await call('deleteInitialAccessToken', 204, { parameters: { ...place, id: idOf(token) } });
  await driveReports(driver, place);
  await driveAccounts(driver);
  await driveInvitations(driver, place);
  await driveDevelopmentMailbox(driver);
  await driveInstallation(driver);
  await driveWebhooks(driver, place);
  const spare = idOf(
    await call('createProject', 201, { parameters: { org }, body: { slug: 'two', name: 'Two' } }),
  );
  await call('deleteProject', 409, { parameters: place });
  await call('deleteProject', 204, { parameters: { org, project: spare } });
  await call('deleteOrganization', 409, { parameters: { org } });
  const empty = await call('createOrganization', 201, { body: { slug: 'empty', name: 'Empty' } });
  await call('deleteOrganization', 204, { parameters: { org: idOf(empty) } });
  const missed = [...client.operations.keys()].filter((operation) => !client.called.has(operation));
  expect(missed).toEqual([]);
});
