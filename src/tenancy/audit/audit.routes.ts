import Router from '@koa/router';
import type { AccessService } from '../access/access.service.js';
import type { AdminState } from '../admin-tokens/verify-admin-token.js';
import { type AdminContext as Context, enterProject, PROJECT } from '../access/admin-paths.js';
import { toSnake } from '../../platform/wire/snake-case.js';
import { readListParameters, text, timestamp } from '../../platform/paging/query.js';
import type { AuditFilter, AuditService } from './audit.service.js';

/** What the routes of the audit trail need. */
export interface AuditRoutesDependencies {
  audit: AuditService;
  access: AccessService;
}

/** What each filter of the audit trail may be. */
export const AUDIT_FILTERS = { actor: text, action: text, target_id: text, from: timestamp, to: timestamp };

/** The operators' door to the audit trail, which can only be read: of a project, and of the whole installation. */
export function auditRoutes({ audit, access }: AuditRoutesDependencies): Router<AdminState> {
  const router = new Router<AdminState>();
  const send = async (ctx: Context, within: () => Promise<AuditFilter>): Promise<void> => {
    const { values, limit, cursor } = readListParameters(ctx.query, AUDIT_FILTERS);
    const filter = { ...filterOf(values), ...(await within()) };
    const { data, nextCursor } = await audit.list(filter, limit, cursor);
    ctx.body = { data: data.map((event) => toSnake(event)), next_cursor: nextCursor };
  };

  router.get(`${PROJECT}/audit_events`, (ctx) =>
    send(ctx, async () => {
      const { projectId } = await enterProject(access, ctx, 'audit.read');
      return { projectId };
    }),
  );
  router.get('/admin/v1/audit_events', (ctx) =>
    send(ctx, async () => {
      await access.authorizeInstallation(ctx.state.caller, 'audit.read');
      return {};
    }),
  );

  return router;
}

function filterOf(values: ReadonlyMap<string, string>): AuditFilter {
  const one = <Name extends keyof AuditFilter>(name: Name, value: string | undefined) =>
    value === undefined ? {} : ({ [name]: value } as Record<Name, string>);
  const time = (name: string): string | undefined => {
    const value = values.get(name);
    return value === undefined ? undefined : new Date(value).toISOString();
  };
  return {
    ...one('actor', values.get('actor')),
    ...one('action', values.get('action')),
    ...one('targetId', values.get('target_id')),
    ...one('from', time('from')),
    ...one('to', time('to')),
  };
}
