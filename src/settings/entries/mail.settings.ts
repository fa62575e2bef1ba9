import { settingGroup } from '../setting.js';
import { contactUrl, mailbox, smtpUrl } from './checks.js';

export const mailSettings = settingGroup('Mail', {
  SMTP_URL: {
    check: smtpUrl,
    description:
      'The mail server: `smtps://user:password@smtp.example.com`, or `smtp://…`, which must offer STARTTLS unless it is on this machine. Unset: on localhost mails are kept for `postern mail list`; elsewhere what needs mail is off.',
    secret: true,
  },
  MAIL_FROM: {
    check: mailbox,
    description:
      'The sender of mails: `id@example.com` or `Example <id@example.com>`. Unset: `no-reply@` and the host of `ISSUER`.',
  },
  SUPPORT_URL: {
    check: contactUrl,
    description: 'Where people get help, an https or mailto URL; shown in mails and on pages.',
  },
});
