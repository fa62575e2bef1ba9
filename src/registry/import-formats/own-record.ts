import { fixedFields, READ_ONLY, writableFields } from '../client-record/client-schema.js';
import type { ForeignRecord, ImportedRecord } from './imported-record.js';
import { isRecord, RecordReader } from './record-reader.js';

const FIELDS = Object.keys({ ...writableFields, ...fixedFields });
/** What an export has beside the fields of the record. */
const SECRET_FIELDS = ['client_secret', 'client_secret_hash', 'secrets'] as const;

/** A client as the admin API answers it or `postern client export` writes it, newest secret first. */
export function readOwnRecord(record: ForeignRecord): ImportedRecord {
  const fields = Object.entries(record).filter(([name]) => FIELDS.includes(name));
  const rest = Object.fromEntries(Object.entries(record).filter(([name]) => !FIELDS.includes(name)));
  const reader = readSecrets(rest);
  const visibility = reader.take('visibility');
  if (visibility === 'public') reader.report('visibility', 'Every client is created private; promote it.');
  reader.ignore(...Object.keys(READ_ONLY).filter((name) => name !== 'visibility'));
  return reader.finish(Object.fromEntries(fields), {});
}

/**
 * A new client of this server that keeps a secret in use; fields that nobody knows stay in it, to be refused as those of
 * every new client.
 */
export function readNewRecord(record: ForeignRecord): ImportedRecord {
  const rest = Object.entries(record).filter(([name]) => !SECRET_FIELDS.some((secret) => secret === name));
  return { ...readSecrets(record).finish(Object.fromEntries(rest), {}), leftOut: [] };
}

function readSecrets(record: ForeignRecord): RecordReader {
  const reader = new RecordReader(record);
  for (const secret of reader.objects('secrets').filter(isRecord).reverse())
    reader.secret('secrets', secret['hash']);
  reader.secret('client_secret_hash');
  reader.secret('client_secret');
  return reader;
}
