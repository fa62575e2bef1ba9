import type { ValidationError } from '../../platform/errors/errors.js';
import type { SecretInUse } from '../client-secrets/client-secret.js';
import type { ForeignRecord, ImportedRecord } from './imported-record.js';
import { readSecret } from './secret-in-use.js';

/** What the registry has no field for. */
const NO_FIELD = 'There is no such field here; it was left out.';

/**
 * Takes the fields off a record of another system. What is empty (null, `""`, `[]`, `{}`, `false`, `0`) counts as absent;
 * what is left in the end, and is not empty, is reported.
 */
export class RecordReader {
  readonly secrets: SecretInUse[] = [];
  readonly #leftOut: ValidationError[] = [];
  readonly #errors: ValidationError[] = [];
  readonly #rest: Map<string, unknown>;

  constructor(
    record: ForeignRecord,
    private readonly path = '',
  ) {
    this.#rest = new Map(Object.entries(record));
  }

  /** Any value, as it is; undefined when it is empty. */
  take(name: string): unknown {
    const value = this.#rest.get(name);
    this.#rest.delete(name);
    return isEmpty(value) ? undefined : value;
  }

  text(name: string): string | undefined {
    const value = this.take(name);
    if (value === undefined || typeof value === 'string') return value;
    this.error(name, 'Write text here.');
    return undefined;
  }

  /** Undefined when it is absent, so that a default of true can be told from false. */
  flag(name: string): boolean | undefined {
    const value = this.#rest.get(name);
    this.#rest.delete(name);
    return typeof value === 'boolean' ? value : undefined;
  }

  /** An array, also as JSON in text, as rows of a database have it, or as texts joined by `separator`. */
  list(name: string, separator?: string): string[] | undefined {
    let value = this.take(name);
    if (typeof value === 'string') value = listIn(value, separator);
    if (value === undefined) return undefined;
    if (Array.isArray(value) && value.every((entry) => typeof entry === 'string')) return value;
    this.error(name, 'Write a list of texts here.');
    return undefined;
  }

  object(name: string): ForeignRecord {
    const value = this.take(name);
    const parsed = typeof value === 'string' ? parse(value) : value;
    if (isRecord(parsed)) return parsed;
    if (value !== undefined) this.error(name, 'Write an object here.');
    return {};
  }

  /** Objects of a list; other entries are left out. */
  objects(name: string): ForeignRecord[] {
    const value = this.take(name);
    return Array.isArray(value) ? value.filter(isRecord) : [];
  }

  /** Takes a secret, in plain text or as a hash. Add the older one first. */
  secret(name: string, text: unknown = this.take(name)): void {
    const read = readSecret(text);
    if (typeof read === 'string') this.error(name, read);
    else if (read) this.secrets.push(read);
  }

  /** Takes fields that tell nothing which could be kept. */
  ignore(...names: readonly string[]): void {
    for (const name of names) this.#rest.delete(name);
  }

  /** Takes a field that is left out for this reason, if it is not empty. */
  leaveOut(name: string, detail: string): void {
    if (this.take(name) !== undefined) this.report(name, detail);
  }

  report(name: string, detail: string): void {
    this.#leftOut.push({ pointer: this.#pointer(name), detail });
  }

  error(name: string, detail: string): void {
    this.#errors.push({ pointer: this.#pointer(name), detail });
  }

  /** A reader of a member that is an object itself, whose reports are added to these by `join`. */
  within(name: string): RecordReader {
    return new RecordReader(this.object(name), this.#pointer(name));
  }

  /** Adds what another reader reports. */
  join(other: RecordReader): void {
    this.#errors.push(...other.#errors);
    this.#leftOut.push(...other.#leftOut, ...other.#unknown());
  }

  /** The record; members of the input that are undefined are absent. */
  finish(
    input: Readonly<Record<string, unknown>>,
    names: Readonly<Record<string, string>>,
    skipped?: string,
  ): ImportedRecord {
    return {
      input: Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined)),
      secrets: this.secrets,
      names,
      leftOut: [...this.#leftOut, ...this.#unknown()],
      errors: this.#errors,
      ...(skipped === undefined ? {} : { skipped }),
    };
  }

  #unknown(): ValidationError[] {
    return [...this.#rest]
      .filter(([, value]) => !isEmpty(value))
      .map(([name]) => ({ pointer: this.#pointer(name), detail: NO_FIELD }));
  }

  #pointer(name: string): string {
    return `${this.path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  }
}

export function isRecord(value: unknown): value is ForeignRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === '' || value === false || value === 0) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

function listIn(text: string, separator: string | undefined): unknown {
  const parsed = parse(text);
  if (Array.isArray(parsed)) return parsed.length === 0 ? undefined : parsed;
  const entries = (separator === undefined ? [text] : text.split(separator)).map((entry) => entry.trim());
  return entries.filter(Boolean);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
