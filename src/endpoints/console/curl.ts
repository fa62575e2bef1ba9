import { entityTag } from '../../platform/http/entity-tags.js';
import { quoted } from '../../platform/text/shell-word.js';
import { mediaTypesOf, type Operation } from '../../tenancy/operations/operation.js';

/** What an operation is called with. */
export interface CallRequest {
  /** Parameters of the path, beside those of the page's own path. */
  params?: Readonly<Record<string, string>>;
  query?: Readonly<Record<string, string>>;
  body?: Readonly<Record<string, unknown>>;
  /** The version that may be changed; without it every version may be. */
  version?: number | undefined;
}

const CONTINUED = ' \\\n  ';

/** The command of a shell that calls the operation; the token is in its variable TOKEN. */
export function curlOf(
  operation: Operation,
  issuer: string,
  { params = {}, query = {}, body, version }: CallRequest,
): string {
  const path = operation.path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
  const search = new URLSearchParams(query).toString();
  const method = operation.method.toUpperCase();
  return [
    `curl${method === 'GET' ? '' : ` -X ${method}`} ${quoted(issuer + path + (search && `?${search}`))}`,
    '-H "Authorization: Bearer $TOKEN"',
    ...(version === undefined ? [] : [`-H ${quoted(`If-Match: ${entityTag(version)}`)}`]),
    ...(body === undefined
      ? []
      : [
          `-H ${quoted(`Content-Type: ${mediaTypesOf(operation)[0] ?? ''}`)}`,
          `-d ${quoted(JSON.stringify(body))}`,
        ]),
  ].join(CONTINUED);
}
