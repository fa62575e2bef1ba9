import type { KeptMail, MailboxService } from '../../platform/mail/mailbox.service.js';
import { pageResponse } from '../../platform/paging/page-response.js';
import { PAGE, pageRequestOf } from '../../platform/paging/query.js';
import { toSnake } from '../../platform/wire/snake-case.js';
import { type Operation, recordId } from '../operations/operation.js';
import { ADMIN_API } from '../operations/paths.js';
import { routeGroup } from '../operations/route-group.js';
import type { AccessService } from '../access/access.service.js';
import { keptMailPage, keptMailResponse } from './kept-mail.schema.js';

/** What the routes of the development mailbox need. `issuer` is the origin of the URLs in responses. */
export interface DevelopmentMailboxRoutesDependencies {
  issuer: string;
  access: AccessService;
  mailbox: MailboxService;
}

const MAILS = `${ADMIN_API}/development_mails`;

const all = {
  tag: {
    name: 'development mailbox',
    description: 'The mails of an installation on localhost that has no mail server.',
  },
  // Codes in mails can set passwords.
  authorization: { permission: 'accounts.write', at: 'installation' },
  method: 'get',
  status: 200,
} as const;

const OPERATIONS = {
  list: {
    ...all,
    id: 'listDevelopmentMails',
    path: MAILS,
    summary: 'List the mails of the last 24 hours, newest first.',
    query: PAGE,
    response: keptMailPage,
  },
  get: {
    ...all,
    id: 'getDevelopmentMail',
    path: `${MAILS}/:mail`,
    record: recordId('mail', { parameter: 'mail', description: 'The id of the mail.' }),
    summary: 'Read a mail.',
    response: keptMailResponse,
  },
} satisfies Record<string, Operation>;

/** The development mailbox, for owners of the installation. */
export const developmentMailboxRoutes = routeGroup(
  OPERATIONS,
  ({ issuer, mailbox }: DevelopmentMailboxRoutesDependencies) => {
    const toWire = (mail: KeptMail) => ({ ...toSnake(mail), url: `${issuer}${MAILS}/${mail.id}` });
    return {
      list: async ({ query }) => {
        const { limit, cursor } = pageRequestOf(query);
        const page = await mailbox.list(limit, cursor);
        return {
          body: pageResponse(page, (mail) => {
            const { text: _text, html: _html, ...summary } = toWire(mail);
            return summary;
          }),
        };
      },
      get: async ({ key }) => ({ body: toWire(await mailbox.get(key)) }),
    };
  },
);
