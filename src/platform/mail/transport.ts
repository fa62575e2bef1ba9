import { createTransport } from 'nodemailer';
import type { Settings } from '../../settings/settings.js';
import { DeliveryError } from '../outbox/outbox-message.js';

/** A mail with its sender and its constant id. */
export interface OutgoingMail {
  /** The same in each attempt, so that a receiver can recognize a repetition. */
  messageId: string;
  to: string;
  subject: string;
  text: string;
  html: string;
  date: Date;
}

/** Hands mails over, each at least once. Throws DeliveryError when one was not accepted. */
export interface MailTransport {
  send(mail: OutgoingMail, signal: AbortSignal): Promise<void>;
}

const THIS_MACHINE = ['localhost', '127.0.0.1', '[::1]'];
const MILLISECONDS = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 30_000 };

/**
 * Sends through the mail server of SMTP_URL, with a connection for each mail. TLS is required, with a certificate that is
 * valid for the host, except to a server on this machine. A refusal of the recipient or of the message (5xx) is final.
 */
export function smtpTransport(smtpUrl: string, from: Settings['mail']['from']): MailTransport {
  const { protocol, hostname, port, username, password } = new URL(smtpUrl);
  const secure = protocol === 'smtps:';
  const isLocal = THIS_MACHINE.includes(hostname);
  const transport = createTransport({
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(port) || (secure ? 465 : 587),
    secure,
    requireTLS: !isLocal,
    ...(isLocal && { tls: { rejectUnauthorized: false } }),
    ...(username !== '' && {
      auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) },
    }),
    disableFileAccess: true,
    disableUrlAccess: true,
    ...MILLISECONDS,
  });
  return {
    async send(mail, signal) {
      const headers = { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' };
      try {
        // As an object, so that no character of the address is read as another recipient.
        await transport.sendMail({ ...mail, to: { name: '', address: mail.to }, from, headers, signal });
      } catch (error) {
        throw failure(error);
      }
    },
  };
}

/** The response of a mail server may quote the recipient, so only its code is kept. */
function failure(error: unknown): DeliveryError {
  const { code, command, responseCode } = error as {
    code?: string;
    command?: string;
    responseCode?: number;
  };
  if (responseCode === undefined)
    return new DeliveryError(`the mail server could not be used (${code ?? 'no reason given'})`);
  const answer = `the mail server answered ${String(responseCode)} to ${command ?? 'a command'}`;
  const isFinal = responseCode >= 500 && (command === 'RCPT TO' || command === 'DATA');
  return new DeliveryError(answer, { final: isFinal });
}
