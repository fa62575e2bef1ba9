import { jsonFile } from '../json-file.js';
import type { JsonOption } from '../output.js';
import { jsonList, jsonObject } from '../usage-error.js';

/** The project of the client, by ids or slugs. */
export interface ClientOptions extends JsonOption {
  org: string;
  project: string;
}

/** Fields of the record; `set` is a JSON object of any others. */
export interface CreateClientOptions extends ClientOptions {
  redirectUri?: string[];
  grantType?: string[];
  scope?: string[];
  detailsType?: string[];
  authMethod?: string;
  securityProfile?: string;
  subjectType?: string;
  jwksFile?: string;
  tokenExchangeFile?: string;
  trustedIssuersFile?: string;
  set?: string;
}

/** What of a client changes. */
export interface UpdateClientOptions extends CreateClientOptions {
  name?: string;
}

/** The fields of a record that the options name. */
export async function fieldsOf(options: UpdateClientOptions): Promise<Record<string, unknown>> {
  return {
    ...given('client_name', options.name),
    ...given('redirect_uris', options.redirectUri),
    ...given('grant_types', options.grantType),
    ...given('scopes', options.scope),
    ...given('authorization_details_types', options.detailsType),
    ...given('token_endpoint_auth_method', options.authMethod),
    ...given('security_profile', options.securityProfile),
    ...given('subject_type', options.subjectType),
    ...given('jwks', await jsonFile('--jwks-file', options.jwksFile)),
    ...given('token_exchange', await jsonFile('--token-exchange-file', options.tokenExchangeFile, jsonList)),
    ...given(
      'trusted_issuers',
      await jsonFile('--trusted-issuers-file', options.trustedIssuersFile, jsonList),
    ),
    ...(options.set === undefined ? {} : jsonObject('--set', options.set)),
  };
}

function given(field: string, value: unknown): Record<string, unknown> {
  return value === undefined ? {} : { [field]: value };
}
