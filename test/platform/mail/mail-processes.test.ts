import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '../../harness/common/eventually.js';
import { dump } from '../../harness/database/dump.js';
import { MAIL_SERVER_CERTIFICATE } from '../../harness/mail/certificate.js';
import { type SmtpReceiver, startSmtpReceiver } from '../../harness/mail/smtp-receiver.js';
import { killAll, PosternProcess, runPostern } from '../../harness/nodes/postern-process.js';
import { freePort, startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

const ADA = 'ada@people.example';

let server: TestServer;
let directory: string;
const receivers: SmtpReceiver[] = [];
beforeAll(async () => {
  server = await startTestServer({ env: { SMTP_URL: 'smtp://127.0.0.1:1' } });
  directory = await mkdtemp(join(tmpdir(), 'postern-mail-'));
});
afterEach(async () => {
  await killAll();
  await Promise.all(receivers.splice(0).map((receiver) => receiver.close()));
  await server.database.pool.query('DELETE FROM outbox');
});
afterAll(async () => {
  await rm(directory, { recursive: true });
  await server.close();
});

function environment(settings: Record<string, string> = {}): Record<string, string> {
  return {
    ISSUER: server.issuer,
    TRUSTED_PROXIES: '1',
    DATABASE_URL: server.database.url,
    ENCRYPTION_KEY: server.database.encryptionKey,
    ...settings,
  };
}

async function startNode(settings: Record<string, string>): Promise<PosternProcess> {
  const process = new PosternProcess(['serve'], environment({ PORT: String(await freePort()), ...settings }));
  await process.says('"listening"');
  return process;
}

async function receive(...given: Parameters<typeof startSmtpReceiver>): Promise<SmtpReceiver> {
  const receiver = await startSmtpReceiver(...given);
  receivers.push(receiver);
  return receiver;
}

/** A notice to Ada waits to be sent. */
function notify(): Promise<void> {
  const { database, notices } = server.context;
  return database.transaction((tx) => notices.send(tx, { email: ADA }, 'password_changed'));
}

test('STARTTLS with a certificate that is vouched for, and signing in afterwards', async () => {
  const file = join(directory, 'authority.pem');
  await writeFile(file, MAIL_SERVER_CERTIFICATE.cert);
  const receiver = await receive({
    host: '127.0.0.2',
    ...MAIL_SERVER_CERTIFICATE,
    authOptional: false,
    onAuth: ({ username, password }, session, callback) =>
      session.secure && password === 'p@ss:word'
        ? callback(null, { user: username })
        : callback(new Error('wrong credentials')),
  });
  const url = receiver.url.replace('smtp://', 'smtp://postern:p%40ss%3Aword@');
  await notify();
  const node = await startNode({ SMTP_URL: url, NODE_EXTRA_CA_CERTS: file });
  const mail = await eventually(() => receiver.mails[0]);
  expect(mail).toMatchObject({ to: [ADA], secure: true, user: 'postern' });
  await node.end('SIGTERM');
  expect(node.stdout + node.stderr).not.toMatch(/p@ss|p%40ss|ada@/);
});

test('a process that dies after the mail was taken sends it again, with the same id', async () => {
  const nodes: PosternProcess[] = [];
  const ids: (string | undefined)[] = [];
  const receiver = await receive({}, ({ headers }) => {
    ids.push(headers.get('message-id'));
    if (ids.length === 1) nodes[0]?.child.kill('SIGKILL');
    return undefined;
  });
  nodes.push(await startNode({ SMTP_URL: receiver.url }));
  await notify();
  expect(await nodes[0]?.ended).toMatchObject({ signal: 'SIGKILL' });
  expect(await server.context.outbox.counts()).toMatchObject({ waiting: 1, dead: 0 });
  // The lease of the dead process ends.
  await server.database.pool.query('UPDATE outbox SET due_at = now()');
  await startNode({ SMTP_URL: receiver.url });
  await eventually(() => ids.length === 2);
  await eventually(async () => (await server.context.outbox.counts()).waiting === 0);
  expect(ids[1]).toBe(ids[0]);
});

test('on localhost without a mail server mails are kept for a day, sealed, and shown by the command line', async () => {
  const node = await startNode({});
  await notify();
  const list = await eventually(async () => {
    const listed = await runPostern(['mail', 'list', '--json'], environment());
    const { data } = listed.json() as { data: { id: string; to: string; subject: string }[] };
    return data.length > 0 && data;
  });
  expect(list).toEqual([expect.objectContaining({ to: ADA })]);
  const shown = await runPostern(['mail', 'show'], environment());
  expect(shown.stdout).toContain(`To: ${ADA}`);
  expect(shown.stdout).toContain('The password of your account was changed.');
  const byId = await runPostern(['mail', 'show', list[0]?.id ?? '', '--json'], environment());
  expect(byId.json()).toMatchObject({ to: ADA, html: expect.stringContaining('<html') as unknown });
  expect((await runPostern(['mail', 'show', 'nonsense'], environment())).code).toBe(2);
  const { text } = await dump(server.database.url);
  expect(text).not.toContain(ADA);
  expect(text).not.toContain('was changed');
  await node.end('SIGTERM');
  expect(node.stdout + node.stderr).not.toContain(ADA);

  await server.database.pool.query("UPDATE development_mailbox SET created_at = now() - interval '25 hours'");
  await server.context.mailbox.purge();
  expect((await runPostern(['mail', 'show'], environment())).code).toBe(3);
});

test('elsewhere without a mail server the start says once that mail is off, and nothing is kept', async () => {
  const node = await startNode({ ISSUER: 'https://id.postern.example' });
  await node.end('SIGTERM');
  expect(node.stderr.split('SMTP_URL is not set')).toHaveLength(2);
  const off = await startTestServer({ nodeOf: server, env: { ISSUER: 'https://id.postern.example' } });
  try {
    const { database, mail, notices } = off.context;
    expect(mail.enabled).toBe(false);
    await database.transaction((tx) => notices.send(tx, { email: ADA }, 'password_changed'));
    expect(await off.context.outbox.counts()).toMatchObject({ waiting: 0 });
  } finally {
    await off.close();
  }
});
