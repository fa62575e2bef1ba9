import type * as z from 'zod';
import type { keptMailPage, keptMailResponse } from '../../tenancy/development-mailbox/kept-mail.schema.js';
import type { ConsolePage } from '../console/console-page.js';
import { CONSOLE } from '../console/console-paths.js';
import type { Visit } from '../console/visit.js';

const MAILBOX = `${CONSOLE}/mailbox`;
const crumb = { label: 'Development mailbox', href: MAILBOX };

/** The mails of an installation on localhost. */
export const mailboxPages: readonly ConsolePage[] = [
  { method: 'get', path: MAILBOX, operation: 'listDevelopmentMails', answer: showMailbox },
  {
    method: 'get',
    path: `${MAILBOX}/:mail`,
    operation: 'getDevelopmentMail',
    answer: async (visit) => {
      const { body: mail } = await visit.call<z.infer<typeof keptMailResponse>>('getDevelopmentMail');
      visit.show(
        'console/mail',
        { section: 'mailbox', crumbs: [crumb, { label: mail.subject, href: visit.ctx.path }] },
        {
          to: mail.to,
          subject: mail.subject,
          at: new Date(mail.created_at),
          text: mail.text,
          links: [...new Set(mail.text.match(/\bhttps?:\/\/[^\s<>"]+/g) ?? [])].filter((link) =>
            link.startsWith(`${visit.issuer}/`),
          ),
          listHref: MAILBOX,
          curl: visit.curl('getDevelopmentMail'),
        },
      );
    },
  },
];

async function showMailbox(visit: Visit): Promise<void> {
  if (visit.wantsCsv) return visit.sendCsv('listDevelopmentMails', {}, 'development_mails');
  const cursor = visit.query.get('cursor') ?? '';
  const query = { page_limit: '50', ...(cursor === '' ? {} : { cursor }) };
  const { body } = await visit.call<z.infer<typeof keptMailPage>>('listDevelopmentMails', { query });
  const next = body.next_cursor;
  visit.show(
    'console/mailbox',
    { section: 'mailbox', crumbs: [crumb] },
    {
      delivery: visit.mailDelivery,
      mails: body.data.map(({ id, to, subject, created_at }) => ({
        href: `${MAILBOX}/${id}`,
        to,
        subject,
        at: new Date(created_at),
      })),
      nextHref: next === null ? undefined : `${MAILBOX}?${new URLSearchParams({ cursor: next }).toString()}`,
      firstHref: cursor === '' ? undefined : MAILBOX,
      csvHref: `${MAILBOX}?format=csv`,
      curl: visit.curl('listDevelopmentMails', { query }),
    },
  );
}
