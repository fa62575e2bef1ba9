import type { ScopeGroup, ScopeOnPage } from '../../platform/page-models/interactions.js';
import { hostOf } from '../../registry/apis/audience-rules.js';
import type { DescribedScope } from '../../registry/scopes/scope-record.js';
import type { ScopeChoice } from './consent.js';

/** The scopes with their titles, grouped by API: first those of the account, then the APIs in the order of the choices. */
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
    };
    (choice.optional ? group.optional : group.required).push(line);
  }
  return [...groups.values()].filter(({ required, optional }) => required.length + optional.length > 0);
}
