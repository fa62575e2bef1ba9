import type { KeptMail } from '../../../src/platform/mail/mailbox.service.js';
import { eventually } from '../common/eventually.js';
import type { TestServer } from '../nodes/test-server.js';

/** The server whose mailbox is read. */
export type MailServer = Pick<TestServer, 'adminToken' | 'issuer' | 'origin'>;

/** The mails of the development mailbox to this address, the newest first, as the admin API answers them. */
export async function mailsTo(server: MailServer, address: string): Promise<KeptMail[]> {
  const authorization = `Bearer ${await server.adminToken()}`;
  const url = `${server.origin}/admin/v1/development_mails`;
  const { data } = (await (await fetch(url, { headers: { authorization } })).json()) as {
    data: { to: string; url: string }[];
  };
  return Promise.all(
    data
      .filter(({ to }) => to === address)
      .map(async (mail) => {
        const answer = await fetch(mail.url.replace(server.issuer, server.origin), {
          headers: { authorization },
        });
        return (await answer.json()) as KeptMail;
      }),
  );
}

/** The newest mail to this address once there are so many. */
export function nextMail(server: MailServer, address: string, count = 1): Promise<KeptMail> {
  return eventually(async () => {
    const mails = await mailsTo(server, address);
    return mails.length >= count ? mails[0] : undefined;
  });
}

/** The eight digits in a mail. */
export function codeIn({ text }: Pick<KeptMail, 'text'>): string {
  return /^ +(\d{4}) (\d{4})$/m.exec(text)?.slice(1).join('') ?? '';
}

/** The first link below this path in a mail. */
export function linkIn({ text }: Pick<KeptMail, 'text'>, path: string): string {
  return new RegExp(`https?://[^\\s/]+${path}[\\w/-]*`).exec(text)?.[0] ?? '';
}
