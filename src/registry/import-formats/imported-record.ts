import type { ValidationError } from '../../platform/errors/errors.js';
import type { SecretInUse } from '../client-secrets/client-secret.js';

/** A record of another system. */
export type ForeignRecord = Readonly<Record<string, unknown>>;

/** A client of another system in the form in which the registry reads new clients. Pointers are those of its own fields. */
export interface ImportedRecord {
  /** What of it the registry can hold, on the wire. */
  input: Record<string, unknown>;
  /** Its secrets, oldest first. */
  secrets: SecretInUse[];
  /** The record's own name of a field of the registry, where it is another one. */
  names: Readonly<Record<string, string>>;
  /** What the registry has nothing for, and so leaves out. */
  leftOut: ValidationError[];
  /** What cannot be represented. */
  errors: ValidationError[];
  /** Why the record is no client of this registry at all. */
  skipped?: string;
}
