import type { AnswerName, RequestName } from './components.js';
import type { Need, Operation, QueryParameter, Tag } from './operation.js';
import { PAGE, SCOPES_QUERY } from './parameters.js';

interface Kind {
  tag: Tag;
  name: 'Scope' | 'Api';
  /** With its article. */
  what: string;
  path: string;
  key: string;
  order: string;
  query: Readonly<Record<string, QueryParameter>>;
  page: AnswerName;
  patch: RequestName;
  create: RequestName;
  conflicts: { create: string; update: string; remove: string };
}

/** Scopes and APIs. */
export const catalogueOperations: Operation[] = [
  ...operationsOf({
    tag: 'scopes',
    name: 'Scope',
    what: 'a scope',
    path: '/admin/v1/scopes',
    key: '{name}',
    order: 'List the scopes, by name.',
    query: { ...PAGE, ...SCOPES_QUERY },
    page: 'ScopePage',
    patch: 'ScopePatch',
    create: 'NewScope',
    conflicts: {
      create: 'There is a scope of the name.',
      update: 'Clients have the scope, so that it cannot move to another API.',
      remove: 'Clients have the scope, or the server itself needs it.',
    },
  }),
  ...operationsOf({
    tag: 'APIs',
    name: 'Api',
    what: 'an API',
    path: '/admin/v1/apis',
    key: '{id}',
    order: 'List the APIs: the admin API itself, then the others, newest first.',
    query: PAGE,
    page: 'ApiPage',
    patch: 'ApiPatch',
    create: 'NewApi',
    conflicts: {
      create: 'The audience is that of another API.',
      update: 'It is the admin API itself.',
      remove: 'Clients have scopes of it, or it is the admin API itself.',
    },
  }),
];

function operationsOf({ tag, name, what, path, key, order, query, page, ...more }: Kind): Operation[] {
  const need: Need = { permission: 'catalogue.write', at: 'installation' };
  const one = { tag, path: `${path}/${key}`, versioned: true } as const;
  return [
    { id: `list${name}s`, tag, method: 'get', path, summary: order, query, status: 200, answer: page },
    {
      id: `create${name}`,
      tag,
      method: 'post',
      path,
      summary: `Create ${what}.`,
      need,
      body: more.create,
      status: 201,
      answer: name,
      versioned: true,
      conflict: more.conflicts.create,
    },
    { ...one, id: `get${name}`, method: 'get', summary: `Read ${what}.`, status: 200, answer: name },
    {
      ...one,
      id: `update${name}`,
      method: 'patch',
      summary: `Change ${what}.`,
      need,
      body: more.patch,
      status: 200,
      answer: name,
      conflict: more.conflicts.update,
    },
    {
      ...one,
      id: `delete${name}`,
      method: 'delete',
      summary: `Remove ${what}.`,
      need,
      status: 204,
      conflict: more.conflicts.remove,
    },
  ];
}
