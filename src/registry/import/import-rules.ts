import type { ProjectTenant } from '../../tenancy/tenants/tenant.js';
import { AppError, type ValidationError } from '../../platform/errors/errors.js';
import { inferClientType } from '../client-record/client-defaults.js';
import type { ImportedRecord } from '../import-formats/imported-record.js';
import type { PresentClient } from './import.repository.js';

/** Why a record cannot be merged with the client that has its client_id; undefined when it can. */
export function obstacleTo(
  input: Readonly<Record<string, unknown>>,
  present: PresentClient,
  { projectId }: ProjectTenant,
): string | undefined {
  if (present.projectId !== projectId) return 'A client of another project has this client_id.';
  if (present.deleted) return 'The client was deleted here: restore it first.';
  if (present.registrationType !== 'manual') return 'A client that no operator made has this client_id.';
  const { client_type: type, token_endpoint_auth_method: method } = input;
  const wanted = inferClientType(type as never, method as never);
  return wanted === present.clientType
    ? undefined
    : `The client is ${present.clientType} here, and a client type never changes.`;
}

/** An error of the record itself, which is not imported because of what is here. */
export function conflict(pointer: string, detail: string): AppError {
  return new AppError('conflict', detail, { errors: [{ pointer, detail }] });
}

/** The errors of an AppError; one without a place concerns the whole record. Throws everything else, as it is a bug. */
export function errorsIn(thrown: unknown): readonly ValidationError[] {
  if (!(thrown instanceof AppError) || thrown.kind === 'unavailable') throw thrown;
  return thrown.errors.length > 0 ? thrown.errors : [{ pointer: '', detail: thrown.message }];
}

/** The findings about a record, with pointers of the file that it is in. */
export function below(pointer: string, findings: readonly ValidationError[]): ValidationError[] {
  return findings.map((finding) => ({ pointer: pointer + finding.pointer, detail: finding.detail }));
}

/** As `below`, for errors of the registry: its fields have the names that the system which wrote the file gives them. */
export function translated(
  { pointer, names }: Pick<ImportedRecord, 'names'> & { pointer: string },
  errors: readonly ValidationError[],
): ValidationError[] {
  const own = errors.map((error) => {
    const [, first, ...rest] = error.pointer.split('/');
    return first === undefined
      ? error
      : { pointer: `/${[names[first] ?? first, ...rest].join('/')}`, detail: error.detail };
  });
  return below(pointer, own);
}

/** The patch that a record is for the client that is here. */
export function patchOf({ client_id: _id, client_type: _type, ...patch }: Record<string, unknown>) {
  return patch;
}
