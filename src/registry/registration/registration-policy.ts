import type { ValidationError } from '../../platform/errors/errors.js';
import type { Settings } from '../../settings/settings.js';
import { AUTOMATIC_SCOPES } from '../client-record/client-defaults.js';
import type { ClientDraft } from '../client-record/client-input.js';
import type { ClientRecord, ClientSettings } from '../client-record/client-record.js';
import { capabilitiesOf } from '../client-rules/capabilities.js';
import { isPrivateUse } from '../client-rules/redirect-uri-rules.js';

const URI_LISTS = {
  redirectUris: 'redirect_uris',
  postLogoutRedirectUris: 'post_logout_redirect_uris',
} as const;

/**
 * What clients may register themselves for. `scopes` and `detailsTypes`, the types of authorization details, are those of
 * the catalogue that are open to them.
 */
export type RegistrationPolicy = Pick<Settings['registration'], 'grantTypes' | 'redirectHosts'> & {
  scopes: readonly string[];
  detailsTypes?: readonly string[];
};

/** The policy of the settings, with the grant types that are turned on. */
export function policyOf({
  allow,
  registration,
}: Pick<Settings, 'allow' | 'registration'>): RegistrationPolicy {
  const turnedOn: readonly string[] = capabilitiesOf(allow).grantTypes;
  const { grantTypes, redirectHosts, scopes } = registration;
  return { grantTypes: grantTypes.filter((grant) => turnedOn.includes(grant)), redirectHosts, scopes };
}

/**
 * The errors of a request under the policy. What the client has already may stay: an operator may have given it more than
 * it can register itself.
 */
export function policyErrors(
  { settings, listedScopes }: ClientDraft,
  policy: RegistrationPolicy,
  before?: Pick<ClientSettings, 'grantTypes' | 'scopes' | 'redirectUris' | 'postLogoutRedirectUris'>,
): ValidationError[] {
  const grants = refusals('grant_types', settings.grantTypes, before?.grantTypes, (grant) =>
    policy.grantTypes.includes(grant) ? undefined : `Clients cannot register themselves for ${grant} here.`,
  );
  const scopes = refusals('scopes', listedScopes, before?.scopes, (name) =>
    [...policy.scopes, ...AUTOMATIC_SCOPES].includes(name)
      ? undefined
      : `Clients cannot register themselves for "${name}" here.`,
  );
  const uris = Object.entries(URI_LISTS).flatMap(([list, name]) => {
    const of = (client?: Pick<ClientRecord, keyof typeof URI_LISTS>) =>
      client?.[list as keyof typeof URI_LISTS];
    return refusals(name, of(settings) ?? [], of(before), (uri) =>
      isHostAllowed(new URL(uri), policy.redirectHosts)
        ? undefined
        : `Clients cannot register themselves with this host; these are allowed: ${policy.redirectHosts.join(', ')}.`,
    );
  });
  return [...grants, ...uris, ...scopes];
}

/** A private-use scheme has no host, so the scheme itself has to be listed, as `app.example:`. */
function isHostAllowed(uri: URL, hosts: readonly string[]): boolean {
  return hosts.length === 0 || hosts.includes(isPrivateUse(uri) ? uri.protocol : uri.hostname);
}

function refusals(
  field: string,
  wanted: readonly string[],
  present: readonly string[] | undefined,
  refuse: (value: string) => string | undefined,
): ValidationError[] {
  return wanted.flatMap((value, index) => {
    const detail = present?.includes(value) ? undefined : refuse(value);
    return detail === undefined ? [] : [{ pointer: `/${field}/${String(index)}`, detail }];
  });
}
