import type * as z from 'zod';
import type {
  initialAccessTokenPage,
  initialAccessTokenResponse,
} from '../../registry/initial-access-tokens/initial-access-token.schema.js';
import { confirmationPages } from '../console-records/confirmation.pages.js';
import { listPage } from '../console-records/list-page.js';
import { dateOf, type ListState, noticeOf } from '../console-records/list-parts.js';
import { recordFormPages } from '../console-records/record-form.pages.js';
import type { ConsolePage } from '../console/console-page.js';
import { PROJECT_PAGES } from '../console/console-paths.js';
import type { Visit } from '../console/visit.js';

const SECTION = 'initial-access-tokens';
const TOKENS = `${PROJECT_PAGES}/initial-access-tokens`;
const pathOf = (visit: Visit) => `${visit.home}/initial-access-tokens`;
const crumbsOf = (visit: Visit, ...more: string[]) =>
  ['Initial access tokens', ...more].map((label) => ({ label, href: pathOf(visit) }));

const HOUR = 3600;
const LIFETIMES = [
  [HOUR, '1 hour'],
  [24 * HOUR, '1 day'],
  [7 * 24 * HOUR, '7 days'],
  [30 * 24 * HOUR, '30 days'],
  [365 * 24 * HOUR, '365 days'],
] as const;

/** The tokens with which others register clients in a project. */
export const initialAccessTokenPages: readonly ConsolePage[] = [
  listPage({ path: TOKENS, operation: 'listInitialAccessTokens', show: showTokens }),
  ...recordFormPages({
    path: `${TOKENS}/new`,
    operation: 'createInitialAccessToken',
    isNew: true,
    fields: () => [
      {
        name: 'expires_in',
        label: 'Lasts',
        help: 'The clients that it registered stay afterwards.',
        control: 'select',
        options: LIFETIMES.map(([seconds, text]) => ({ value: String(seconds), text })),
      },
      {
        name: 'max_uses',
        label: 'Clients',
        help: 'How many it registers.',
        control: 'number',
        isRequired: true,
      },
    ],
    record: async () => ({ body: { expires_in: String(24 * HOUR), max_uses: 1 }, version: undefined }),
    example: { expires_in: 24 * HOUR, max_uses: 1 },
    toBody: (members) => ({ ...members, expires_in: Number(members['expires_in']) }),
    words: (visit) => ({
      heading: 'New initial access token',
      lead: 'Anyone who has it can register clients in this project (RFC 7591).',
      button: 'Make the token',
      section: SECTION,
      crumbs: crumbsOf(visit, 'New'),
      cancelHref: pathOf(visit),
      notes: ['It is shown once; only a hash of it is kept.'],
    }),
    done: showOnce,
  }),
  ...confirmationPages({
    path: `${TOKENS}/:id/revoke`,
    operation: 'deleteInitialAccessToken',
    isDangerous: true,
    words: async (visit) => ({
      heading: 'Revoke this initial access token?',
      text: 'It registers no further client, from the next request on. The clients that it registered stay.',
      button: 'Revoke the token',
      section: SECTION,
      crumbs: crumbsOf(visit, 'Revoke'),
      keepHref: pathOf(visit),
    }),
    doneHref: (visit) => `${pathOf(visit)}?done=revoked`,
  }),
];

function showOnce(visit: Visit, body: object): void {
  const token = body as z.infer<typeof initialAccessTokenResponse>;
  visit.show(
    'console/once',
    { section: SECTION, crumbs: crumbsOf(visit, 'New') },
    {
      heading: 'The token is ready',
      lead: 'Copy it now. Only a hash of it is kept, and it cannot be shown again.',
      label: 'Initial access token',
      name: 'initial_access_token',
      secret: token.initial_access_token,
      facts: [
        { name: 'Clients', value: String(token.max_uses) },
        { name: 'Ends', value: new Date(token.expires_at).toUTCString() },
        { name: 'Registration endpoint', value: `${visit.issuer}/oauth2/register` },
      ],
      openHref: pathOf(visit),
    },
    201,
  );
}

function showTokens(visit: Visit, body: z.infer<typeof initialAccessTokenPage>, state: ListState): void {
  const path = pathOf(visit);
  const { query } = state;
  const mayChange = visit.canCall('createInitialAccessToken');
  const newLink = { label: 'New token', href: `${path}/new` };
  visit.show(
    'console/list',
    { section: SECTION, crumbs: crumbsOf(visit) },
    {
      ...state,
      heading: 'Initial access tokens',
      lead: 'What lets others register clients in this project by themselves.',
      actions: mayChange ? [newLink] : [],
      nextHref: state.nextHref(body.next_cursor),
      table: {
        caption: 'Initial access tokens, newest first',
        columns: [
          { label: 'Made' },
          { label: 'By' },
          { label: 'Clients registered' },
          { label: 'Ends' },
          ...(mayChange ? [{ label: '' }] : []),
        ],
        rows: body.data.map(({ created_at, created_by, expires_at, id, max_uses, uses }) => [
          { at: dateOf(created_at), as: 'minute' as const },
          { text: created_by, isCode: true },
          {
            text: `${String(uses)} of ${String(max_uses)}`,
            ...(uses < max_uses ? {} : { badges: [{ kind: 'plain' as const, text: 'Used up' }] }),
          },
          { at: dateOf(expires_at), as: 'minute' as const },
          ...(mayChange
            ? [
                {
                  actions: [
                    {
                      text: 'Revoke',
                      about: `the token of ${created_at}`,
                      href: `${path}/${id}/revoke`,
                      isDangerous: true,
                    },
                  ],
                },
              ]
            : []),
        ]),
      },
      empty: {
        symbol: 'key',
        heading: 'No initial access token',
        text: 'With one, a developer or a tool registers its own clients in this project, as many as you say.',
        link: mayChange ? newLink : undefined,
      },
      notice: noticeOf(visit, { revoked: 'The token is revoked.' }),
      curl: visit.curl('listInitialAccessTokens', { query }),
    },
  );
}
