import { AppError } from '../../platform/errors/errors.js';
import type {
  CardOnPage,
  ClientSettingsModel,
  ConsentPreview,
} from '../../platform/console-page-models/client-settings.js';
import { CLIENT_FIELD_DESCRIPTIONS } from '../../registry/client-record/client-field-descriptions.js';
import { savedMeanwhile } from '../console-audit/saved-meanwhile.js';
import {
  CLIENT,
  clientCrumbs,
  type ClientDetails,
  clientHead,
  clientPath,
  type ClientWire,
  verifiedHostOf,
} from '../console-clients/client-wire.js';
import { type CatalogueScope, scopeChoices, scopesOfCatalogue } from '../console-clients/scope-choices.js';
import {
  choiceFrom,
  changesBetween,
  conflictsOf,
  merged,
  type ThreeStates,
} from '../console-records/merge.js';
import { fieldOnPage, membersOf, readFields } from '../console-records/record-fields.js';
import type { ConsolePage } from '../console/console-page.js';
import { FormProblems, isProblemOfForm } from '../console/form-problems.js';
import type { Visit } from '../console/visit.js';
import { membersFrom, versionFrom } from '../console/form-values.js';
import { type Card, cardOf, CARDS, FACTS } from './client-cards.js';

/** A form that could not be saved. */
interface Refused {
  card: Card;
  form: URLSearchParams;
  error: AppError;
}

const LABELS = new Map(
  CARDS.flatMap(({ fields }) => fields.map(({ name, label }) => [name as string, label])),
);

/** The settings of a client, in cards that are saved one by one. */
export const clientSettingsPages: readonly ConsolePage[] = [
  { method: 'get', path: CLIENT, operation: 'getClient', answer: (visit) => showSettings(visit) },
  { method: 'post', path: `${CLIENT}/settings/:card`, operation: 'updateClient', answer: save },
];

async function showSettings(visit: Visit, refused?: Refused): Promise<void> {
  const { body: client, version = 0 } = await visit.call<ClientDetails>('getClient');
  const catalogue = await scopesOfCatalogue(visit);
  const path = clientPath(visit, client.id);
  const saved = cardOf(visit.query.get('saved') ?? '');
  const isUnchanged = visit.query.has('unchanged');
  const example = { body: { client_name: client.client_name }, version };
  visit.show(
    'console/client-settings',
    { section: 'clients', crumbs: clientCrumbs(visit, client) },
    {
      client: clientHead(visit, client, 'settings'),
      version,
      isEditable: visit.canCall('updateClient') && client.deleted_at === null,
      cards: CARDS.map((card) => cardOnPage(card, client, catalogue, path, refused)),
      facts: FACTS.map((name) => ({
        name,
        value: factText(client[name]),
        help: CLIENT_FIELD_DESCRIPTIONS[name],
      })),
      preview: client.deleted_at === null ? previewOf(client, catalogue, `${path}/consent`) : undefined,
      danger: dangerOf(visit, client),
      notice: saved && {
        kind: 'good',
        text: isUnchanged ? `${saved.heading}: nothing was changed.` : `${saved.heading}: saved.`,
      },
      curl: visit.curl('updateClient', example),
    },
    refused ? 422 : 200,
  );
}

function cardOnPage(
  card: Card,
  client: ClientWire,
  catalogue: readonly CatalogueScope[],
  path: string,
  refused: Refused | undefined,
): CardOnPage {
  const own = refused?.card === card ? refused : undefined;
  const problems = own && new FormProblems(own.error);
  const members = membersOf(card.fields, client);
  const typed = own?.form;
  const fields = card.fields.map((one) => {
    const field = fieldOnPage(one, members[one.name], typed);
    return problems?.at(field) ?? field;
  });
  const scopes = typed?.getAll('scopes') ?? client.scopes;
  const optional = typed?.getAll('optional_scopes') ?? client.optional_scopes;
  return {
    key: card.key,
    heading: card.heading,
    lead: card.lead,
    action: `${path}/settings/${card.key}`,
    fields: card.key === 'scopes' ? [] : fields,
    scopes: card.key === 'scopes' ? scopeChoices(catalogue, scopes, optional) : undefined,
    base: own?.form.get('base') ?? JSON.stringify(members),
    problems: problems?.summary(`${card.heading}: nothing was saved.`, LABELS),
  };
}

async function save(visit: Visit): Promise<void> {
  const card = cardOf(visit.param('card'));
  if (!card) throw new AppError('not_found', 'There are no such settings.');
  const form = await visit.form();
  const version = versionFrom(form);
  const base = membersFrom(form, 'base');
  let states: ThreeStates | undefined;
  try {
    if (form.has('theirs')) {
      states = { base, yours: membersFrom(form, 'yours'), theirs: membersFrom(form, 'theirs') };
      const result = merged(card.fields, states, (name) => choiceFrom(form, name));
      await patch(visit, card, changesBetween(states.theirs, result), version);
    } else {
      states = { base, yours: readFields(card.fields, form, base), theirs: base };
      await patch(visit, card, changesBetween(base, states.yours), version);
    }
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.kind === 'stale' && states) return showConflict(visit, card, states);
    if (!isProblemOfForm(error)) throw error;
    await showSettings(visit, { card, form: form.has('theirs') ? new URLSearchParams() : form, error });
  }
}

async function patch(
  visit: Visit,
  card: Card,
  body: Record<string, unknown>,
  version: number,
): Promise<void> {
  const isChange = Object.keys(body).length > 0;
  if (isChange) await visit.call('updateClient', { body, version });
  const query = new URLSearchParams({ saved: card.key, ...(isChange ? {} : { unchanged: '' }) });
  visit.redirect(`${clientPath(visit, visit.param('id'))}?${query.toString()}#${card.key}`);
}

/** Another operator saved the client while the form was open: what each of them changed, and what is to be saved. */
async function showConflict(visit: Visit, card: Card, { base, yours }: ThreeStates): Promise<void> {
  const { body: client, version = 0 } = await visit.call<ClientDetails>('getClient');
  const theirs = membersOf(card.fields, client);
  const path = clientPath(visit, client.id);
  const conflicts = conflictsOf(card.fields, { base, yours, theirs });
  const theirFields = [...conflicts.byBoth, ...conflicts.byOther].map(({ name }) => name);
  const record = { key: client.id, updatedAt: new Date(client.updated_at) };
  visit.show(
    'console/client-conflict',
    { section: 'clients', crumbs: clientCrumbs(visit, client, 'Conflict') },
    {
      client: clientHead(visit, client, 'settings'),
      action: `${path}/settings/${card.key}`,
      version,
      base: JSON.stringify(base),
      theirs: JSON.stringify(theirs),
      yours: JSON.stringify(yours),
      ...conflicts,
      saved: await savedMeanwhile(visit, 'listProjectAuditEvents', record, theirFields),
      discardHref: path,
      curl: visit.curl('updateClient', { body: changesBetween(theirs, yours), version }),
    },
    412,
  );
}

function dangerOf(visit: Visit, client: ClientWire): ClientSettingsModel['danger'] {
  const isDeleted = client.deleted_at !== null;
  if (!visit.canCall('deleteClient')) return undefined;
  const path = clientPath(visit, client.id);
  return { isDeleted, href: isDeleted ? `${path}/restore` : `${path}/delete` };
}

function factText(value: unknown): string {
  if (value === null || value === undefined) return 'none';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function previewOf(
  client: ClientWire,
  catalogue: readonly { name: string; title: string }[],
  href: string,
): ConsentPreview | undefined {
  const [uri] = client.redirect_uris;
  if (!client.scopes.includes('openid')) return undefined;
  return {
    href,
    clientName: client.client_name,
    company: client.company,
    verifiedHost: verifiedHostOf(client),
    scopes: client.scopes
      .filter((name) => name !== 'openid')
      .map((name) => ({
        title: catalogue.find((scope) => scope.name === name)?.title ?? name,
        isOptional: client.optional_scopes.includes(name),
      })),
    redirectHost: uri === undefined ? undefined : URL.parse(uri)?.host || uri,
  };
}
