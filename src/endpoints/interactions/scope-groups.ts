import type { ScopeGroup, ScopeMark, ScopeOnPage } from '../../platform/page-models/interactions.js';
import { hostOf } from '../../registry/apis/audience-rules.js';
import { ADMINISTRATION, type DescribedScope } from '../../registry/scopes/scope-record.js';
import type { ScopeChoice } from './consent.js';

/** A part of a scope's name that says that it changes something. */
const CHANGES =
  /(?:^|[^a-z])(?:write|readwrite|manage|admin|full|create|update|edit|modify|delete|remove|send|upload|publish)(?:[^a-z]|$)/i;

/**
 * The scopes with their titles, grouped by API: first those of the account, then the APIs in the order of the
 * choices. In a group the marked ones come first.
 */
export function groupByApi(
  choices: readonly ScopeChoice[],
  described: readonly DescribedScope[],
): ScopeGroup[] {
  const catalogue = new Map(described.map((scope) => [scope.name, scope]));
  const groups = new Map<string | undefined, ScopeGroup>([
    [undefined, { api: undefined, required: [], optional: [] }],
  ]);
  for (const choice of choices) {
    const known = catalogue.get(choice.name);
    const api = known?.api ?? undefined;
    const group = groups.get(api?.audience) ?? {
      api: api && { name: api.name, host: hostOf(api.audience) },
      required: [],
      optional: [],
    };
    groups.set(api?.audience, group);
    const line: ScopeOnPage = {
      ...choice,
      title: known?.title ?? choice.name,
      description: known?.description ?? null,
      mark: markOf(choice.name, known),
    };
    (choice.optional ? group.optional : group.required).push(line);
  }
  return [...groups.values()]
    .filter(({ required, optional }) => required.length + optional.length > 0)
    .map((group) => ({
      ...group,
      required: markedFirst(group.required),
      optional: markedFirst(group.optional),
    }));
}

function markOf(name: string, known: DescribedScope | undefined): ScopeMark | undefined {
  if (name === 'offline_access') return 'lasting';
  if (known?.category === ADMINISTRATION) return 'administration';
  return CHANGES.test(name) ? 'changes' : undefined;
}

function markedFirst(scopes: readonly ScopeOnPage[]): ScopeOnPage[] {
  return [...scopes.filter(({ mark }) => mark), ...scopes.filter(({ mark }) => !mark)];
}
