import { randomUUID } from 'node:crypto';
import type * as z from 'zod';
import { AppError } from '../../platform/errors/errors.js';
import { field } from '../../platform/pages/form-tokens.js';
import type { ConsoleField } from '../../platform/console-page-models/clients.js';
import type { createdClientResponse } from '../../registry/client-record/client-response.schema.js';
import type { ConsolePage } from '../console/console-page.js';
import { FormProblems, isProblemOfForm } from '../console/form-problems.js';
import { linesOf } from '../console/form-values.js';
import type { Visit } from '../console/visit.js';
import { CLIENT_KINDS, type ClientKind, clientKind } from './client-kinds.js';
import { clientCrumbs, clientHead, clientPath, CLIENTS } from './client-wire.js';
import { scopeChoices, scopesOfCatalogue } from './scope-choices.js';
import { environmentOf, snippetsFor } from './snippets.js';

/** What was typed into the form. */
interface Typed {
  name: string;
  clientId: string;
  fallbackId: string;
  redirectUris: string;
  scopes: string[];
}

/** The pages on which a client is made: its kind, its form, and its secret with the lines for libraries. */
export const newClientPages: readonly ConsolePage[] = [
  {
    method: 'get',
    path: `${CLIENTS}/new`,
    operation: 'createClient',
    answer: async (visit) => {
      const kind = clientKind(visit.query.get('kind'));
      if (!kind) return showKinds(visit);
      const scopes = kind.key === 'machine' ? [] : ['profile', 'email'];
      const typed = { name: '', clientId: '', fallbackId: randomUUID(), redirectUris: '', scopes };
      await showForm(visit, kind, typed);
    },
  },
  { method: 'post', path: `${CLIENTS}/new`, operation: 'createClient', answer: create },
];

function showKinds(visit: Visit): void {
  const path = `${visit.home}/clients`;
  const kinds = CLIENT_KINDS.map(({ key, name, text, icon }) => ({
    href: `${path}/new?kind=${key}`,
    name,
    text,
    icon,
  }));
  const body = { client_name: 'Orders', redirect_uris: ['http://localhost:4000/callback'] };
  const curl = visit.curl('createClient', { body });
  visit.show('console/client-kinds', placeOf(visit), { kinds, curl });
}

async function create(visit: Visit): Promise<void> {
  const form = await visit.form();
  const kind = clientKind(field(form, 'kind') ?? null);
  if (!kind) throw new AppError('malformed', 'Choose one of the kinds of applications.');
  const typed: Typed = {
    name: field(form, 'client_name')?.trim() ?? '',
    clientId: field(form, 'client_id')?.trim() ?? '',
    fallbackId: field(form, 'fallback_id') ?? '',
    redirectUris: field(form, 'redirect_uris') ?? '',
    scopes: form.getAll('scopes'),
  };
  const body = bodyOf(kind, typed);
  try {
    const { body: created } = await visit.call<z.infer<typeof createdClientResponse>>('createClient', {
      body,
    });
    const { client_secret: secret } = created;
    const { issuer } = visit;
    visit.show(
      'console/client-created',
      { section: 'clients', crumbs: clientCrumbs(visit, created, 'Connect') },
      {
        client: clientHead(visit, created, 'connect'),
        secret,
        environment: environmentOf(created, issuer, secret),
        snippets: snippetsFor(created, issuer),
        openHref: clientPath(visit, created.id),
        curl: visit.curl('createClient', { body }),
      },
      201,
    );
  } catch (error) {
    if (!(error instanceof AppError) || !isProblemOfForm(error)) throw error;
    // The same form was sent before.
    if (error.kind === 'conflict' && typed.clientId === '') {
      visit.redirect(`${visit.home}/clients?text=${encodeURIComponent(typed.fallbackId)}`);
      return;
    }
    await showForm(visit, kind, typed, error);
  }
}

function bodyOf(kind: ClientKind, typed: Typed): Record<string, unknown> {
  return {
    client_name: typed.name,
    client_id: typed.clientId || typed.fallbackId,
    ...(kind.redirects ? { redirect_uris: linesOf(typed.redirectUris) } : {}),
    ...kind.settings,
    scopes: typed.scopes,
  };
}

async function showForm(visit: Visit, kind: ClientKind, typed: Typed, error?: AppError): Promise<void> {
  const problems = error && new FormProblems(error);
  const fields = fieldsOf(kind, typed).map((one) => problems?.at(one) ?? one);
  const labels = new Map([
    ...fields.map(({ name, label }): [string, string] => [name, label]),
    ['scopes', 'Scopes'],
  ]);
  const example = {
    name: 'Orders',
    clientId: 'orders',
    fallbackId: '',
    redirectUris: kind.example,
    scopes: typed.scopes,
  };
  const catalogue = await scopesOfCatalogue(visit);
  const personal = kind.key !== 'machine';
  visit.show(
    'console/client-new',
    placeOf(visit),
    {
      kind: { key: kind.key, name: kind.name, defaults: [...kind.defaults] },
      fallbackId: typed.fallbackId,
      action: `${visit.home}/clients/new`,
      kindsHref: `${visit.home}/clients/new`,
      cancelHref: `${visit.home}/clients`,
      fields,
      scopes: scopeChoices(
        catalogue,
        [...typed.scopes, ...(personal ? ['openid', 'offline_access'] : [])],
        [],
      ).map(({ heading, scopes }) => ({
        heading,
        scopes: scopes.filter(({ isAutomatic }) => personal || !isAutomatic),
      })),
      problems: problems?.summary('The client was not created.', labels),
      curl: visit.curl('createClient', { body: bodyOf(kind, error ? typed : example) }),
    },
    error ? 422 : 200,
  );
}

function fieldsOf(kind: ClientKind, { name, clientId, redirectUris }: Typed): ConsoleField[] {
  const none = { values: [], options: [] };
  return [
    {
      ...none,
      name: 'client_name',
      label: 'Name',
      help: 'People read it when they sign in.',
      control: 'text',
      value: name,
      isRequired: true,
    },
    {
      ...none,
      name: 'client_id',
      label: 'Client id',
      help: 'Leave it empty for a random one. It can never be changed or used again.',
      control: 'text',
      value: clientId,
    },
    ...(kind.redirects
      ? [
          {
            ...none,
            name: 'redirect_uris',
            label: 'Redirect URIs',
            help: `Where people are sent back to, one on each line, compared exactly: https, http on localhost, or a scheme of the application. For example ${kind.example}`,
            control: 'lines' as const,
            value: redirectUris,
            isRequired: true,
          },
        ]
      : []),
  ];
}

function placeOf(visit: Visit) {
  const path = `${visit.home}/clients`;
  const crumbs = [
    { label: 'Clients', href: path },
    { label: 'New client', href: `${path}/new` },
  ];
  return { section: 'clients', crumbs };
}
