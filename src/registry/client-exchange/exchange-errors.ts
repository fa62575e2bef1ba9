import { isDeepStrictEqual } from 'node:util';
import type { ValidationError } from '../../platform/errors/errors.js';
import { ADMINISTRATION } from '../scopes/scope-record.js';
import type { ScopesService } from '../scopes/scopes.service.js';
import { type ExchangeRule, isForOtherServer } from './exchange-rule.js';

/**
 * The scopes of rules that their audience does not have. A rule that the client already has may stay, even if the API is
 * gone: nothing can be got with it then. Scopes of other servers are not known here. Tokens for the admin API cannot be
 * exchanged for.
 */
export async function exchangeErrors(
  catalogue: Pick<ScopesService, 'describe'>,
  before: readonly ExchangeRule[] = [],
  rules: readonly ExchangeRule[],
): Promise<ValidationError[]> {
  const isKnown = (rule: ExchangeRule) =>
    isForOtherServer(rule) || before.some((former) => isDeepStrictEqual(former, rule));
  const names = rules.flatMap((rule) => (isKnown(rule) ? [] : rule.scopes));
  if (names.length === 0) return [];
  const found = new Map((await catalogue.describe([...new Set(names)])).map((scope) => [scope.name, scope]));
  return rules.flatMap((rule, index) => {
    if (isKnown(rule)) return [];
    return rule.scopes.flatMap((name, position) => {
      const scope = found.get(name);
      const pointer = `/token_exchange/${String(index)}/scopes/${String(position)}`;
      if (scope?.category === ADMINISTRATION)
        return [{ pointer, detail: 'Tokens for the admin API cannot be had by an exchange.' }];
      if (scope?.api?.audience === rule.audience) return [];
      return [{ pointer, detail: `"${name}" is no scope of an API with the audience ${rule.audience}.` }];
    });
  });
}
