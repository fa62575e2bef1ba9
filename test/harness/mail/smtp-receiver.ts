import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions, type SMTPServerSession } from 'smtp-server';
import { SELF_SIGNED } from '../browser/self-signed.js';
import { type ParsedMail, parseMail } from './parse-mail.js';

/** A mail that was received, and the connection that it came by. */
export interface ReceivedMail extends ParsedMail {
  to: string[];
  secure: boolean;
  user: string | undefined;
}

/** What the receiver does with a mail that it has read to its end. */
type OnMail = (mail: ReceivedMail, session: SMTPServerSession) => Error | undefined;

/** A mail server that remembers what it received. */
export interface SmtpReceiver {
  /** `smtp://host:port`. */
  url: string;
  port: number;
  mails: ReceivedMail[];
  close(): Promise<void>;
}

/** An answer with this status code. */
export function refusal(responseCode: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode });
}

/** Starts a mail server. `onMail` sees a mail before it is accepted, and the error that it returns is the answer. */
export async function startSmtpReceiver(
  { host = '127.0.0.1', ...options }: SMTPServerOptions & { host?: string } = {},
  onMail: OnMail = () => undefined,
): Promise<SmtpReceiver> {
  const mails: ReceivedMail[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disableReverseLookup: true,
    ...SELF_SIGNED,
    ...options,
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const mail = {
          ...parseMail(Buffer.concat(chunks).toString()),
          to: session.envelope.rcptTo.map(({ address }) => address),
          secure: session.secure,
          user: session.user as string | undefined,
        };
        const error = onMail(mail, session);
        if (!error) mails.push(mail);
        callback(error);
      });
    },
  });
  // Connections that the client or the test breaks off.
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://${host}:${String(port)}`,
    port,
    mails,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
