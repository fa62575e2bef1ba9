import type { ConsolePage as ConsolePageModel } from '../../platform/console-page-models/console.js';
import type { PageModels } from '../../platform/page-models/page-models.js';
import type { LinkOnPage } from '../../platform/page-models/shared.js';
import { sendPage } from '../../platform/pages/page-headers.js';
import type { Pages } from '../../platform/pages/pages.js';
import type { ClientPagesService, ConsentView } from '../../registry/clients/client-pages.service.js';
import type { Caller } from '../../tenancy/access/caller.js';
import { ADMIN_SCOPES, type Permission } from '../../tenancy/access/permissions.js';
import type { Level, TenantOverview } from '../../tenancy/access/tenant-overview.service.js';
import type { Actor } from '../../tenancy/audit/audit.service.js';
import { sendCsv } from '../../platform/csv/csv-response.js';
import { readCsv } from '../../tenancy/operations/csv-list.js';
import type { AdminCalls } from '../admin/admin-api.js';
import type { ApiReference } from '../api-reference/api-reference.js';
import type { GivenRequest } from '../../tenancy/operations/admin-request.js';
import type { OwnContext, OwnPages } from '../sign-in/own-session.js';
import type { ConsoleLimits } from './console-limits.js';
import { type ConsolePage, operationOf } from './console-page.js';
import { CONSOLE, organizationPath, projectPath } from './console-paths.js';
import { type CallRequest, curlOf } from './curl.js';
import { shellOf } from './shell.js';

/** The largest form: a client's addresses, as many and as long as they may be. */
const FORM_BYTES = 700_000;
const SCOPES: ReadonlySet<string> = new Set(ADMIN_SCOPES);

/** What every visit needs. */
export interface ConsoleParts {
  limits: Pick<ConsoleLimits, 'countCall'>;
  calls: AdminCalls;
  issuer: string;
  reference: ApiReference;
  /** Where mails go: `smtp`, `development mailbox` or `off`. */
  mailDelivery: string;
  /** Why nobody can be invited; undefined where people can. */
  invitationRefusal: string | undefined;
  pages: Pages;
  clientPages: Pick<ClientPagesService, 'consentView'>;
  ownPages: OwnPages;
}

/** The answer of an operation, as the wire has it. */
export interface Answer<Body> {
  body: Body;
  version: number | undefined;
}

/** The models of the console's pages, without what the layout shows. */
type OwnModel<Name extends keyof PageModels> = Omit<PageModels[Name], 'shell'>;
type ConsoleTemplate = {
  [Name in keyof PageModels]: PageModels[Name] extends ConsolePageModel ? Name : never;
}[keyof PageModels];

/** Who acts, as the admin API sees the person of a request. */
export function callerOf(ctx: OwnContext): { caller: Caller; actor: Actor } {
  const subject = `account:${ctx.state.person.accountId}`;
  const requestId = ctx.response.get('X-Request-Id') || null;
  return {
    caller: { subject, scopes: SCOPES, claimedRoles: [] },
    actor: { subject, address: ctx.ip, requestId },
  };
}

/** One request of an operator to the console: what they may do here, and how to do and to show it. */
export class Visit {
  #formChecked = false;

  constructor(
    private readonly parts: ConsoleParts,
    readonly ctx: OwnContext & { params: Record<string, string> },
    readonly overview: TenantOverview,
    readonly page: ConsolePage,
  ) {}

  /** The origin of this server. */
  get issuer(): string {
    return this.parts.issuer;
  }

  /** The reference of the admin API. */
  get reference(): ApiReference {
    return this.parts.reference;
  }

  /** Where mails go. */
  get mailDelivery(): string {
    return this.parts.mailDelivery;
  }

  /** Why nobody can be invited; undefined where people can. */
  get invitationRefusal(): string | undefined {
    return this.parts.invitationRefusal;
  }

  /** A parameter of the path. */
  param(name: string): string {
    return this.ctx.params[name] ?? '';
  }

  /** The parameters of the query string; of a repeated one the first. */
  get query(): URLSearchParams {
    return new URLSearchParams(this.ctx.querystring);
  }

  /** The path of the pages of this project, else of this organization, else of the installation. */
  get home(): string {
    const { org, project } = this.ctx.params;
    if (org === undefined) return CONSOLE;
    return project === undefined ? organizationPath(org) : projectPath(org, project);
  }

  can(permission: Permission, at: Level): boolean {
    return this.overview.can(permission, at);
  }

  /** Whether the person may call the operation, as far as their roles tell. */
  canCall(id: string): boolean {
    const { authorization } = operationOf(this.parts.calls, id);
    return !authorization || this.can(authorization.permission, authorization.at);
  }

  /**
   * Calls an operation of the admin API as the person. The parameters of the page's path go with it. Throws as the
   * operation does; a page changes nothing but through its own operation, and only after it has checked its form.
   */
  async call<Body>(id: string, request: CallRequest = {}): Promise<Answer<Body>> {
    const { calls } = this.parts;
    const operation = operationOf(calls, id);
    if (operation.method !== 'get' && (this.ctx.method !== 'POST' || id !== this.page.operation))
      throw new Error(`${this.page.path} does not declare ${id}`);
    if (operation.method !== 'get' && !this.#formChecked)
      throw new Error(`${this.page.path} calls ${id} without a form of ours`);
    if (operation.method !== 'get')
      await this.parts.limits.countCall(this.ctx.state.person.accountId, id, { ...request.body });
    const answer = await calls.get(id)?.call(this.#given(request, this.ctx.method === 'GET'));
    const body = JSON.parse(JSON.stringify(answer?.body ?? null)) as Body;
    return { body, version: answer?.version };
  }

  /** Whether the page's list is asked for as a file, with `?format=csv`. */
  get wantsCsv(): boolean {
    return this.query.get('format') === 'csv';
  }

  /**
   * Answers with a whole list of the admin API as CSV. Each page of it is authorized by roles that are read then. Throws as
   * the operation does.
   */
  async sendCsv(id: string, request: CallRequest, name: string): Promise<void> {
    const callable = this.parts.calls.get(id);
    if (callable) sendCsv(this.ctx, name, await readCsv(callable, this.#given(request)));
  }

  #given({ params, query, body, version }: CallRequest, onlyReads = false): GivenRequest {
    const { actor, caller } = callerOf(this.ctx);
    return {
      actor,
      caller: onlyReads ? { ...caller, known: this.overview.known } : caller,
      params: { ...this.ctx.params, ...params },
      query: { ...query },
      body: async () => ({ ...body }),
      ifMatch: () => (version === undefined ? undefined : { versions: [version], weak: undefined }),
    };
  }

  /** The command that calls the operation. */
  curl(id: string, request: CallRequest = {}): string {
    const params = { ...this.ctx.params, ...request.params };
    return curlOf(operationOf(this.parts.calls, id), this.parts.issuer, { ...request, params });
  }

  /** The form that was sent. Throws as `OwnPages.readForm` does. */
  async form(): Promise<URLSearchParams> {
    const form = await this.parts.ownPages.readForm(this.ctx, FORM_BYTES);
    this.#formChecked = true;
    return form;
  }

  /** Makes the person sign in and come back to `page`, unless they did so in the last 10 minutes. */
  requireFresh(page: string): void {
    this.parts.ownPages.requireFresh(this.ctx, page);
  }

  /** Answers with a page in the console's frame. `crumbs` lead from the project or organization to the page. */
  show<Name extends ConsoleTemplate>(
    name: Name,
    place: { section: string; crumbs: LinkOnPage[] },
    model: OwnModel<Name>,
    status = 200,
  ): void {
    const shell = shellOf(this.overview, this.ctx.state.person, this.parts.issuer, place);
    const whole = { ...model, shell } as unknown as PageModels[Name];
    sendPage(this.ctx, this.parts.pages.render(name, whole), { status });
  }

  /** What the consent page shows of a client that the person may read; undefined for a deleted one. */
  consentView(clientId: string): Promise<ConsentView | undefined> {
    return this.parts.clientPages.consentView(clientId);
  }

  /** Answers with the consent page of people, as a preview. */
  showConsent(model: PageModels['consent']): void {
    sendPage(this.ctx, this.parts.pages.render('consent', model), { status: 200 });
  }

  /** The answer to a form that did what it should: the page at `path`. */
  redirect(path: string): void {
    this.ctx.status = 303;
    this.ctx.set('Cache-Control', 'no-store');
    this.ctx.redirect(path);
  }
}
