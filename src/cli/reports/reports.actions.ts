import type { Context } from '../../context.js';
import { toSnake } from '../../platform/wire/snake-case.js';
import {
  lastDays,
  type UsageFigures,
  type UsageScope,
} from '../../registry/usage-reports/usage-reports.service.js';
import { hourlyWire, reportWire } from '../../registry/usage-reports/usage-report.schema.js';
import type { Caller } from '../../tenancy/access/caller.js';
import { ADMIN_SCOPES } from '../../tenancy/access/permissions.js';
import type { AuditFilter } from '../../tenancy/audit/audit.service.js';
import { findClient } from '../clients/client.actions.js';
import { withContext } from '../context/with-context.js';
import { type ListOptions, pageOptions, printPage } from '../list.js';
import { type JsonOption, print } from '../output.js';
import { table } from '../table.js';
import { UsageError } from '../usage-error.js';

/** Whose usage to show, and how. */
export interface UsageOptions extends JsonOption {
  org: string;
  project?: string;
  client?: string;
  hours?: boolean;
  failures?: boolean;
}

/** Which events to list. */
export interface AuditOptions extends ListOptions {
  org?: string;
  project?: string;
  actor?: string;
  action?: string;
  target?: string;
}

/** `postern usage` */
export async function showUsage(options: UsageOptions): Promise<void> {
  const { client, failures, hours, json, project } = options;
  if (client !== undefined && project === undefined) throw new UsageError('--client goes with --project.');
  if (failures && client === undefined) throw new UsageError('--failures goes with --client.');
  if (hours && project === undefined) throw new UsageError('--hours goes with --project.');
  await withContext(async (context) => {
    const scope = await scopeOf(context, options);
    if (failures && 'clientRowId' in scope) return showFailures(context, scope.clientRowId, json);
    if (hours) {
      const usage = await context.usageReports.hourly(scope);
      const rows = usage.hours.map(({ hour, ...figures }) => [
        hour.toISOString().slice(0, 16),
        ...cellsOf(figures),
      ]);
      return print(hourlyWire(usage), json, table([['HOUR', 'TOKENS', 'REFRESHES', 'FAILURES'], ...rows]));
    }
    const report = await context.usageReports.report(scope, lastDays());
    const rows = report.days.map(({ day, people, ...figures }) => [day, ...cellsOf(figures), String(people)]);
    print(reportWire(report), json, table([['DAY', 'TOKENS', 'REFRESHES', 'FAILURES', 'PEOPLE'], ...rows]));
  });
}

/** Who works at the command line may read every record. */
const COMMAND_LINE: Caller = {
  subject: 'installation',
  scopes: new Set(ADMIN_SCOPES),
  claimedRoles: [{ org: undefined, project: undefined, role: 'owner' }],
};

/** `postern audit` */
export async function listEvents(options: AuditOptions): Promise<void> {
  const { limit, cursor } = pageOptions(options);
  const { action, actor, target } = options;
  const page = await withContext(async ({ audit, auditNames, tenants }) => {
    const filter: AuditFilter = {
      ...(action === undefined ? {} : { action }),
      ...(actor === undefined ? {} : { actor }),
      ...(target === undefined ? {} : { targetId: target }),
      ...(await tenantOf(tenants, options)),
    };
    const found = await audit.list(filter, limit, cursor);
    return { ...found, data: await auditNames.withNames(COMMAND_LINE, found.data) };
  });
  const shown = { ...page, data: page.data.map((event) => toSnake(event)) };
  printPage(shown, options.json, ['WHEN', 'ACTION', 'ACTOR', 'TARGET', 'FIELDS'], (event) => [
    event.occurred_at.toISOString(),
    event.action,
    actorText(event),
    event.target_name ?? event.target_id,
    event.changed_fields.join(' '),
  ]);
}

/** An account by its address; the name of a client, which is free text, with its key. */
function actorText({ actor, actor_name: name }: { actor: string; actor_name: string | null }): string {
  if (name === null) return actor;
  return actor.startsWith('account:') ? name : `${name} (${actor})`;
}

/** The tenant of the events: a project, an organization, or the whole installation. */
async function tenantOf(
  tenants: Context['tenants'],
  { org, project }: AuditOptions,
): Promise<Pick<AuditFilter, 'orgId' | 'projectId'>> {
  if (project !== undefined)
    return { projectId: (await tenants.resolve(org ?? 'default', project)).projectId };
  return org === undefined ? {} : { orgId: (await tenants.resolveOrganization(org)).orgId };
}

async function scopeOf(context: Context, { client, org, project }: UsageOptions): Promise<UsageScope> {
  if (project === undefined) return { orgId: (await context.tenants.resolveOrganization(org)).orgId };
  const tenant = await context.tenants.resolve(org, project);
  if (client === undefined) return { projectId: tenant.projectId };
  return { clientRowId: (await findClient(context, tenant, client)).id };
}

async function showFailures(
  { clientFailures }: Context,
  id: string,
  json: boolean | undefined,
): Promise<void> {
  const data = (await clientFailures.ofClient(id)).map((failure) => toSnake(failure));
  const rows = data.map((failure) => Object.values(failure).map((value) => textOf(value)));
  const headings = Object.keys(data[0] ?? {}).map((name) => name.toUpperCase());
  print({ data }, json, data.length === 0 ? 'Nothing failed.' : table([headings, ...rows], 60));
}

function textOf(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'string' ? value : JSON.stringify(value ?? '');
}

function cellsOf({
  failures,
  refreshes,
  tokens,
}: Pick<UsageFigures, 'failures' | 'refreshes' | 'tokens'>): string[] {
  const sum = (counts: Record<string, number>) => Object.values(counts).reduce((all, one) => all + one, 0);
  return [String(sum(tokens)), String(refreshes), String(sum(failures))];
}
