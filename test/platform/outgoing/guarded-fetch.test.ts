import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import { guardedFetch } from '../../../src/platform/outgoing/guarded-fetch.js';
import { isPublicAddress } from '../../../src/platform/outgoing/public-addresses.js';
import { startDocumentSite } from '../../harness/outside/document-site.js';

test.each([
  '127.0.0.1',
  '10.1.2.3',
  '169.254.169.254',
  '192.168.0.1',
  '0.0.0.0',
  '255.255.255.255',
  '::1',
  '::',
  '::ffff:127.0.0.1',
  '::ffff:a9fe:a9fe',
  '64:ff9b::10.0.0.1',
  'fd00::1',
  'fe80::1',
  'fe80::1%eth0',
  'ff02::1',
  'no address',
])('%s is not public', (address) => {
  expect(isPublicAddress(address)).toBe(false);
});

test.each(['1.1.1.1', '172.32.0.1', '2606:4700::1111', '::ffff:1.1.1.1', '64:ff9b::1.1.1.1'])(
  '%s is public',
  (address) => {
    expect(isPublicAddress(address)).toBe(true);
  },
);

test('no connection is made to an address that is not public, by name or as it is', async () => {
  let connections = 0;
  const server = createServer();
  server.on('connection', (socket) => {
    connections++;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const port = String((server.address() as AddressInfo).port);
  for (const host of ['localhost', '127.0.0.1', '[::ffff:127.0.0.1]', '0x7f.1'])
    await expect(guardedFetch(`https://${host}:${port}/jwks`)).rejects.toThrow('not public');
  await expect(guardedFetch(`http://localhost:${port}/jwks`)).rejects.toThrow('not public');
  expect(connections).toBe(0);
  server.close();
});

test('a status that HTTP does not have is a failed request', async () => {
  const site = await startDocumentSite();
  try {
    for (const status of [600, 999]) {
      const url = site.answer(`/${String(status)}`, (_, response) => response.writeHead(status).end());
      await expect(guardedFetch(url, {}, true)).rejects.toThrow(`status ${String(status)}`);
    }
  } finally {
    await site.close();
  }
});
