import { readFile } from 'node:fs/promises';
import { text as readText } from 'node:stream/consumers';
import type { ImportSystem } from '../../registry/import-formats/import-file.js';
import {
  failuresOf,
  importRefused,
  type ImportedClient,
  type ImportReport,
  reportToWire,
} from '../../registry/import/import-report.js';
import type { ImportAuthorization } from '../../registry/import/import-preparation.service.js';
import { AppError } from '../../platform/errors/errors.js';
import { commandLineActor } from '../context/actor.js';
import { print } from '../output.js';
import { table } from '../table.js';
import { UsageError } from '../usage-error.js';
import { inTenant } from './client.actions.js';
import type { ClientOptions } from './client-fields.js';

/** How a file is imported. */
export interface ImportClientsOptions extends ClientOptions {
  system?: ImportSystem;
  dryRun?: boolean;
  partial?: boolean;
  update?: boolean;
}

/** What an export has. */
export interface ExportClientsOptions extends ClientOptions {
  withSecretHashes?: boolean;
}

/** Who has the key of the installation may import everything. */
const EVERYTHING: ImportAuthorization = {
  newClient: () => Promise.resolve('installation'),
  change: () => Promise.resolve(),
  delegation: () => Promise.resolve(),
  firstParty: () => Promise.resolve(),
};

/** `postern client import`: prints what became of each record. Throws AppError `invalid` when one of them failed. */
export async function importClients(file: string, options: ImportClientsOptions): Promise<void> {
  const { system, dryRun = false, partial = false, update = false, json } = options;
  const content = parseFile((await readAll(file)).replace(/^\uFEFF/, ''));
  const report = await inTenant(options, ({ clientImport }, tenant) =>
    clientImport.import(commandLineActor(), tenant, content, { system, dryRun, partial, update }, EVERYTHING),
  );
  print(reportToWire(report), json, describe(report));
  const failed = failuresOf(report);
  if (failed.length === 0) return;
  if (!report.written && !dryRun) throw importRefused(report, '');
  const others = dryRun ? 'would be refused' : 'were refused; the others are imported';
  throw new AppError(
    'invalid',
    `${String(failed.length)} of ${String(report.clients.length)} clients ${others}.`,
  );
}

/** `postern client export` */
export async function exportClients({
  withSecretHashes = false,
  ...options
}: ExportClientsOptions): Promise<void> {
  const exported = await inTenant(options, ({ clientExport }, tenant) =>
    clientExport.export(tenant, withSecretHashes),
  );
  print(exported, true, '');
}

async function readAll(file: string): Promise<string> {
  try {
    return await (file === '-' ? readText(process.stdin) : readFile(file, 'utf8'));
  } catch (error) {
    throw new UsageError(
      `The file cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/** JSON, or a JSON object on each line. Throws AppError `malformed`. */
function parseFile(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    try {
      const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
      return lines.map((line): unknown => JSON.parse(line));
    } catch {
      const message = cause instanceof Error ? cause.message : String(cause);
      throw new AppError('malformed', `The file is not JSON: ${message}`);
    }
  }
}

function describe(report: ImportReport): string {
  const rows = report.clients.map((client) => [client.outcome, client.clientId ?? '', remark(client)]);
  const findings = report.clients.flatMap(({ leftOut, outcome }) =>
    outcome === 'skipped' ? [] : leftOut.map(({ pointer, detail }) => `  ${pointer}: ${detail}`),
  );
  const { counts } = reportToWire(report);
  const total = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([outcome, count]) => `${String(count)} ${outcome}`)
    .join(', ');
  return [
    table([['OUTCOME', 'CLIENT_ID', ''], ...rows], 100),
    ...(findings.length > 0 ? ['', 'Left out:', ...findings] : []),
    '',
    `Read as records of ${report.system}: ${total}.${report.written ? '' : ' Nothing was written.'}`,
  ].join('\n');
}

function remark({ outcome, changedFields, needsSecret, leftOut, errors }: ImportedClient): string {
  if (outcome === 'skipped') return leftOut[0]?.detail ?? '';
  if (errors[0]) return `${errors[0].pointer}: ${errors[0].detail}`;
  const parts = [
    ...(changedFields.length > 0 ? [changedFields.join(', ')] : []),
    ...(needsSecret ? ['has no secret: rotate it to make one'] : []),
  ];
  return parts.join('; ');
}
