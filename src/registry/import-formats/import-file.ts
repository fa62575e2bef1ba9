import { AppError } from '../../platform/errors/errors.js';
import { isAuth0Record, readAuth0Record } from './auth0.js';
import { isHydraRecord, readHydraRecord } from './hydra.js';
import type { ForeignRecord, ImportedRecord } from './imported-record.js';
import { isKeycloakRecord, readKeycloakRecord } from './keycloak.js';
import { isLogtoRecord, readLogtoRecord } from './logto.js';
import { readNewRecord, readOwnRecord } from './own-record.js';
import { isRecord } from './record-reader.js';
import { isSupabaseRecord, readSupabaseRecord } from './supabase.js';

/** The systems whose records can be read. */
export const IMPORT_SYSTEMS = ['postern', 'hydra', 'keycloak', 'logto', 'supabase', 'auth0'] as const;
export type ImportSystem = (typeof IMPORT_SYSTEMS)[number];

/** The order matters: the first that recognizes a record reads it. */
const FORMATS: readonly [ImportSystem, (record: ForeignRecord) => boolean][] = [
  ['keycloak', isKeycloakRecord],
  ['logto', isLogtoRecord],
  ['supabase', isSupabaseRecord],
  ['auth0', isAuth0Record],
  ['hydra', isHydraRecord],
];
const READERS: Readonly<Record<ImportSystem, (record: ForeignRecord) => ImportedRecord>> = {
  postern: readOwnRecord,
  hydra: readHydraRecord,
  keycloak: readKeycloakRecord,
  logto: readLogtoRecord,
  supabase: readSupabaseRecord,
  auth0: readAuth0Record,
};
/** The members of files that hold the records. */
const CONTAINERS = ['clients', 'items', 'applications', 'data'] as const;

/** The records of a file. `pointer` is where the record is in the file (RFC 6901). */
export interface ImportFile {
  system: ImportSystem;
  records: (ImportedRecord & { pointer: string })[];
}

/**
 * Reads the content of an exported file: a record, a list of them, or an object that holds the list, as `clients` of a
 * realm. Throws AppError `invalid` when it is none, or when a record is no object.
 *
 * @param system the system that wrote it; by default the one that the first record looks like
 */
export function readImportFile(content: unknown, system?: ImportSystem): ImportFile {
  const { list, path } = listIn(content);
  const records = list.map((record, index) => {
    if (isRecord(record)) return record;
    throw unreadable(`${path}/${String(index)}`, 'Write a client here, a JSON object.');
  });
  const [first] = records;
  if (!first) throw unreadable(path, 'There is no client in it.');
  const origin = system ?? systemOf(first);
  const read = READERS[origin];
  const pointerOf = (index: number) => (isRecord(content) && path === '' ? '' : `${path}/${String(index)}`);
  return {
    system: origin,
    records: records.map((record, index) => ({ ...read(record), pointer: pointerOf(index) })),
  };
}

/** A new client that may be the record of another system. */
export function readNewClientRecord(record: ForeignRecord): ImportedRecord {
  const system = systemOf(record);
  return system === 'postern' ? readNewRecord(record) : READERS[system](record);
}

function systemOf(record: ForeignRecord): ImportSystem {
  return FORMATS.find(([, matches]) => matches(record))?.[0] ?? 'postern';
}

function listIn(content: unknown): { list: readonly unknown[]; path: string } {
  if (Array.isArray(content)) return { list: content, path: '' };
  if (!isRecord(content)) throw unreadable('', 'Write a JSON object or a list of clients.');
  const container = CONTAINERS.find((name) => Array.isArray(content[name]));
  if (container === undefined) return { list: [content], path: '' };
  const list = content[container] as readonly unknown[];
  const secrets = content['application_secrets'];
  return {
    list: Array.isArray(secrets) ? list.map((record) => withSecrets(record, secrets)) : list,
    path: `/${container}`,
  };
}

/** An application of Logto with the rows of its secrets. */
function withSecrets(record: unknown, secrets: readonly unknown[]): unknown {
  if (!isRecord(record)) return record;
  const own = secrets.filter((secret) => isRecord(secret) && secret['application_id'] === record['id']);
  return { ...record, application_secrets: own };
}

function unreadable(pointer: string, detail: string): AppError {
  return new AppError('invalid', 'The content cannot be imported.', { errors: [{ pointer, detail }] });
}
