/**
 * Adds `prompt=consent` to the path of an authorization request for `offline_access` that names no prompt for it, because
 * offline access needs a consent (OpenID Connect Core section 11) and most relying parties do not ask for one.
 *
 * Engine: lib/actions/authorization/scopes.js:39 silently drops `offline_access` from a request without that prompt.
 * Test: test/endpoints/oidc/refresh.test.ts, "with offline_access".
 */
export function promptForOfflineAccess(path: string, issuer: string): string {
  const url = new URL(path, issuer);
  const query = url.searchParams;
  const prompts = (query.get('prompt') ?? '').split(' ').filter(Boolean);
  const offline = query.getAll('scope').some((scope) => scope.split(' ').includes('offline_access'));
  if (
    !offline ||
    query.getAll('prompt').length > 1 ||
    prompts.includes('consent') ||
    prompts.includes('none')
  )
    return path;
  query.set('prompt', [...prompts, 'consent'].join(' '));
  return url.pathname + url.search;
}
