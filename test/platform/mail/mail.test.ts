import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { SMTPServerOptions } from 'smtp-server';
import { deadLetters } from '../../harness/database/dead-letters.js';
import { dump } from '../../harness/database/dump.js';
import { eventually } from '../../harness/common/eventually.js';
import { MAIL_SERVER_CERTIFICATE } from '../../harness/mail/certificate.js';
import { refusal, type SmtpReceiver, startSmtpReceiver } from '../../harness/mail/smtp-receiver.js';
import { startProxy } from '../../harness/faults/tcp-proxy.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

const ADA = 'ada@people.example';
const CODE = '48217306';
const PATH = '/recover/Zk3v-example-of-a-secret-1mQ7xTn0aB2c';

let first: TestServer;
const opened: { close(): Promise<void> }[] = [];
beforeAll(async () => {
  first = await startTestServer();
});
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
  await first.database.pool.query('DELETE FROM outbox');
});
afterAll(() => first.close());

/** A node that sends through a mail server. */
async function node(
  options: Parameters<typeof startSmtpReceiver>[0] = {},
  onMail?: Parameters<typeof startSmtpReceiver>[1],
): Promise<{ server: TestServer; receiver: SmtpReceiver }> {
  const receiver = await startSmtpReceiver(options, onMail);
  opened.push(receiver);
  const env = { SMTP_URL: receiver.url, MAIL_FROM: 'Postern <id@postern.example>' };
  const server = await startTestServer({ nodeOf: first, delivers: true, env });
  opened.push(server);
  return { server, receiver };
}

function enqueue({ context }: TestServer, validUntil = new Date(Date.now() + 900_000)): Promise<void> {
  const expiry = { expiresAt: validUntil, codeExpiresAt: validUntil };
  const model = { code: CODE, path: PATH, ...expiry, at: new Date(), address: '192.0.2.77' };
  return context.database.transaction((tx) =>
    context.mail.enqueue(tx, { to: ADA, template: 'recovery-code', model, validUntil }),
  );
}

interface Waiting {
  id: string;
  attempts: number;
  error: string;
  seconds: number;
}

/** The mail that waits for its next attempt. */
function waiting(): Promise<Waiting> {
  return eventually(async () => {
    const { rows } = await first.database.pool.query<Waiting>(
      `SELECT id, attempts, last_error AS error, extract(epoch FROM due_at - now())::float8 AS seconds
       FROM outbox WHERE lease_owner IS NULL AND attempts > 0 AND dead_at IS NULL`,
    );
    return rows[0];
  });
}

const makeDue = () => first.database.pool.query('UPDATE outbox SET due_at = now()');

test('a mail is text and HTML that say the same, from one sender, with a constant id', async () => {
  const { server, receiver } = await node();
  await enqueue(server);
  const mail = await eventually(() => receiver.mails[0]);
  expect(mail.to).toEqual([ADA]);
  expect(mail.headers.get('from')).toBe('Postern <id@postern.example>');
  expect(mail.headers.get('message-id')).toMatch(/^<[0-9a-f-]{36}@postern\.example>$/);
  expect(mail.headers.get('auto-submitted')).toBe('auto-generated');
  expect(mail.headers.get('subject')).toBe(`Set a new password for ${new URL(server.issuer).host}`);
  for (const body of [mail.text, mail.html]) {
    expect(body).toContain('4821 7306');
    expect(body).toContain(server.issuer + PATH);
    expect(body).toContain('from the network 192.0.2.0/24');
    expect(body).not.toContain('192.0.2.77');
  }
  // Nothing of another origin, and nothing that is fetched.
  expect(mail.html).not.toMatch(/<(img|link|script|iframe)|url\(/);
  const links = [...mail.html.matchAll(/href="([^"]+)"/g)].map(([, href]) => new URL(href ?? '').origin);
  expect(new Set(links)).toEqual(new Set([server.issuer]));
  expect(server.logs()).not.toContain(CODE);
  expect(server.logs()).not.toContain(ADA);
});

test('what waits to be sent is sealed', async () => {
  await enqueue(first);
  const { text } = await dump(first.database.url);
  for (const secret of [ADA, CODE, '4821 7306', PATH, 'Set a new password'])
    expect(text).not.toContain(secret);
});

test('a refusal of the recipient is a dead letter, which does not name the recipient', async () => {
  const onRcptTo: SMTPServerOptions['onRcptTo'] = ({ address }, _session, callback) =>
    callback(refusal(550, `no such user ${address}`));
  const { server } = await node({ onRcptTo });
  await enqueue(server);
  const [letter] = await eventually(async () => {
    const letters = await deadLetters(first.database);
    return letters.length > 0 && letters;
  });
  expect(letter).toMatchObject({ kind: 'mail', attempts: 1 });
  expect(letter?.lastError).toBe('the mail server answered 550 to RCPT TO');
  expect(server.logs()).not.toContain(ADA);
});

test('greylisting is tried again after a minute, with the same id', async () => {
  const ids: (string | undefined)[] = [];
  const { server, receiver } = await node({}, ({ headers }) => {
    ids.push(headers.get('message-id'));
    return ids.length === 1 ? refusal(451, 'greylisted') : undefined;
  });
  await enqueue(server);
  const { attempts, error, seconds } = await waiting();
  expect([attempts, error]).toEqual([1, 'the mail server answered 451 to DATA']);
  expect(seconds).toBeGreaterThan(40);
  expect(seconds).toBeLessThan(80);
  await makeDue();
  await eventually(() => receiver.mails.length === 1);
  expect(ids[1]).toBe(ids[0]);
  await eventually(async () => (await first.context.outbox.counts()).waiting === 0);
});

test('a connection that breaks off is tried again, also when only the last answer is lost', async () => {
  const receiver = await startSmtpReceiver({ disabledCommands: ['STARTTLS'] });
  const proxy = await startProxy(receiver.url);
  opened.push(receiver, { close: () => proxy.cut() });
  const env = { SMTP_URL: proxy.url };
  const server = await startTestServer({ nodeOf: first, delivers: true, env });
  opened.push(server);
  proxy.loseAnswerTo('RCPT TO');
  await enqueue(server);
  expect((await waiting()).error).toMatch(/^the mail server could not be used \(E(SOCKET|CONNECTION)\)/);
  expect(receiver.mails).toEqual([]);
  proxy.loseAnswerTo('\r\n.\r\n');
  await makeDue();
  await eventually(() => receiver.mails.length === 1);
  await eventually(async () => (await waiting()).attempts === 2);
  await makeDue();
  await eventually(() => receiver.mails.length === 2);
  const [one, other] = receiver.mails.map(({ headers }) => headers.get('message-id'));
  expect(other).toBe(one);
});

test('the delays are 1, 5 and 30 minutes and 4 hours; the fifth failure is the last', async () => {
  const { server } = await node({}, () => refusal(452, 'full'));
  await enqueue(server, new Date(Date.now() + 86_400_000));
  for (const [index, minutes] of [1, 5, 30, 240].entries()) {
    const { attempts, seconds } = await eventually(async () => {
      const row = await waiting();
      return row.attempts === index + 1 && row;
    });
    expect(attempts).toBe(index + 1);
    expect(seconds / 60).toBeGreaterThan(minutes * 0.75);
    expect(seconds / 60).toBeLessThan(minutes * 1.25);
    await makeDue();
  }
  await eventually(async () => (await deadLetters(first.database)).length === 1);
});

test('a mail whose code has expired is not sent any more', async () => {
  const { server, receiver } = await node();
  await enqueue(server, new Date(Date.now() - 1_000));
  await enqueue(server);
  await eventually(() => receiver.mails.length === 1);
  await eventually(async () => (await first.context.outbox.counts()).waiting === 0);
  expect(receiver.mails).toHaveLength(1);
});

test('to another machine nothing is sent without TLS, nor with a certificate that nothing vouches for', async () => {
  const elsewhere = { host: '127.0.0.2' };
  const plain = await node({ ...elsewhere, disabledCommands: ['STARTTLS'] });
  await enqueue(plain.server);
  expect((await waiting()).error).toMatch(/^the mail server (could not be used|answered \d+ to STARTTLS)/);
  expect(plain.receiver.mails).toEqual([]);
  await first.database.pool.query('DELETE FROM outbox');
  await plain.server.close();
  opened.splice(opened.indexOf(plain.server), 1);
  const selfSigned = await node({ ...elsewhere, ...MAIL_SERVER_CERTIFICATE });
  await enqueue(selfSigned.server);
  expect((await waiting()).error).toMatch(/^the mail server could not be used \(E(TLS|SOCKET)\)/);
  expect(selfSigned.receiver.mails).toEqual([]);
});
