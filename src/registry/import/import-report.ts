import { AppError, type ValidationError } from '../../platform/errors/errors.js';
import type { ImportSystem } from '../import-formats/import-file.js';

/**
 * What becomes of an imported record: it is `skipped` when it is no client of a person's making, in `conflict` with what
 * is here already, or `invalid`.
 */
export const IMPORT_OUTCOMES = ['created', 'updated', 'unchanged', 'skipped', 'conflict', 'invalid'] as const;
export type ImportOutcome = (typeof IMPORT_OUTCOMES)[number];

/** One record of a file, and what became of it. Pointers are those of the file (RFC 6901). */
export interface ImportedClient {
  pointer: string;
  clientId: string | null;
  outcome: ImportOutcome;
  /** The names of what differs from the client that is here. */
  changedFields: string[];
  /** Whether the client needs a secret and the file has none. */
  needsSecret: boolean;
  leftOut: ValidationError[];
  errors: ValidationError[];
}

/** What an import did, or would do. */
export interface ImportReport {
  system: ImportSystem;
  /** False for a trial, and when a record failed and nothing was to be imported without it. */
  written: boolean;
  clients: ImportedClient[];
}

/** The records that were not imported although they are clients. */
export function failuresOf({ clients }: ImportReport): ImportedClient[] {
  return clients.filter(({ outcome }) => outcome === 'conflict' || outcome === 'invalid');
}

/** The error of an import that wrote nothing because of its failures; pointers begin with `prefix`. */
export function importRefused(report: ImportReport, prefix: string): AppError {
  const failures = failuresOf(report);
  const errors = failures.flatMap((failed) =>
    failed.errors.map(({ pointer, detail }) => ({ pointer: prefix + pointer, detail })),
  );
  const count = `${String(failures.length)} of ${String(report.clients.length)} clients`;
  return new AppError('invalid', `Nothing was imported: ${count} cannot be; see "errors".`, { errors });
}

/** The report on the wire. */
export function reportToWire({ system, written, clients }: ImportReport) {
  const counts = Object.fromEntries(
    IMPORT_OUTCOMES.map((outcome) => [
      outcome,
      clients.filter((client) => client.outcome === outcome).length,
    ]),
  ) as Record<ImportOutcome, number>;
  return {
    system,
    written,
    counts,
    clients: clients.map(({ clientId, changedFields, needsSecret, leftOut, ...client }) => ({
      ...client,
      client_id: clientId,
      changed_fields: changedFields,
      needs_secret: needsSecret,
      left_out: leftOut,
    })),
  };
}
