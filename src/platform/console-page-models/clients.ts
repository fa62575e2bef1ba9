import type { ConsolePage } from './console.js';
import type { TableOnPage } from './records.js';
import type { LinkOnPage } from '../page-models/shared.js';

/** A choice of a field. */
export interface OptionOnPage {
  value: string;
  text: string;
  detail?: string | undefined;
}

/** A field of a form of the console, as it was saved or typed. */
export interface ConsoleField {
  /** The name in the record; the id of the control, too. */
  name: string;
  label: string;
  help: string;
  control:
    | 'text'
    | 'email'
    | 'password'
    | 'url'
    | 'number'
    | 'paragraphs'
    | 'lines'
    | 'code'
    | 'ticks'
    | 'select'
    | 'date';
  value: string;
  /** The ticked ones. */
  values: readonly string[];
  options: readonly OptionOnPage[];
  problem?: string | undefined;
  isRequired?: boolean;
  /** Of a filter: whether it is folded until it is set. */
  isRare?: boolean;
}

/** A scope with whether a client may ask for it, and people may refuse it. */
export interface ScopeChoice {
  name: string;
  title: string;
  isChosen: boolean;
  isOptional: boolean;
  /** Whether it follows from the grants, so that it is no choice. */
  isAutomatic: boolean;
}

/** Scopes that belong together. */
export interface ScopeGroup {
  heading: string;
  scopes: ScopeChoice[];
}

/** A row of the list of clients. */
export interface ClientRow {
  href: string;
  clientName: string;
  clientId: string;
  kind: string;
  visibility: string;
  verifiedHost: string | undefined;
  /** The state of a verification that is not done. */
  verification: string | undefined;
  lastUsedAt: Date | undefined;
  /** Undefined for a client that needs none. */
  secrets: number | undefined;
  deletedAt: Date | undefined;
}

/** `console/clients`. */
export interface ClientsModel extends ConsolePage {
  filters: ConsoleField[];
  isFiltered: boolean;
  rows: ClientRow[];
  listHref: string;
  nextHref: string | undefined;
  firstHref: string | undefined;
  csvHref: string;
  newHref: string | undefined;
}

/** `console/client-kinds`: the first page of a new client. */
export interface ClientKindsModel extends ConsolePage {
  kinds: { href: string; name: string; text: string; icon: string }[];
}

/** `console/client-new`: the form of a new client. */
export interface NewClientModel extends ConsolePage {
  kind: { key: string; name: string; defaults: string[] };
  /** The client_id unless another is typed, so that a form that is sent twice makes one client. */
  fallbackId: string;
  action: string;
  kindsHref: string;
  cancelHref: string;
  fields: ConsoleField[];
  scopes: ScopeGroup[];
  problems: ProblemsOnPage | undefined;
}

/** What keeps a form from being saved. */
export interface ProblemsOnPage {
  heading: string;
  /** Each leads to its field, where that is on the page. */
  links: { label: string; href: string | undefined }[];
}

/** The lines for one library. */
export interface SnippetOnPage {
  key: string;
  library: string;
  /** What stands above them, in plain text. */
  notes: string[];
  redirectUri: string | undefined;
  /** Whether the client has that redirect URI. */
  isRegistered: boolean;
  blocks: { language: string; code: string }[];
}

/** What every page about one client shows of it. */
export interface ClientHead {
  clientName: string;
  clientId: string;
  kind: string;
  clientType: string;
  isPublic: boolean;
  verifiedHost: string | undefined;
  lastUsedAt: Date | undefined;
  deletedAt: Date | undefined;
  tabs: (LinkOnPage & { isCurrent: boolean })[];
}

/** A page about one client. */
export interface ClientPage extends ConsolePage {
  client: ClientHead;
}

/** `console/client-created`: the secret, once, and the lines for libraries. */
export interface ClientCreatedModel extends ClientPage {
  secret: string | undefined;
  environment: string;
  snippets: SnippetOnPage[];
  openHref: string;
}

/** `console/client-connect`: the lines for libraries. */
export interface ClientConnectModel extends ClientPage {
  environment: string;
  snippets: SnippetOnPage[];
}

/** A secret of a client, as far as it is known. */
export interface SecretOnPage {
  hint: string;
  createdAt: Date;
  lastUsedAt: Date | undefined;
  isOlder: boolean;
}

/** `console/client-secrets`. */
export interface ClientSecretsModel extends ClientPage {
  secrets: SecretOnPage[];
  usesSecrets: boolean;
  method: string;
  version: number;
  mayChange: boolean;
  rotateAction: string | undefined;
  deleteHref: string | undefined;
  /** The second step of deleting the older secret. */
  deletion: { action: string; keepHref: string; problem: string | undefined } | undefined;
  newSecret: string | undefined;
}

/** What a client needs to be published. */
export interface PublishStep {
  text: string;
  detail: string;
  isDone: boolean;
  fixHref: string | undefined;
}

/** `console/client-publish`: who vouches for the client, and whether everybody may use it. */
export interface ClientPublishModel extends ClientPage {
  steps: PublishStep[];
  version: number;
  mayChange: boolean;
  verification:
    | {
        status: string;
        text: string;
        host: string;
        explanation: string;
        checkedAt: Date | undefined;
        next: { at: Date; text: string } | undefined;
        retryAction: string | undefined;
      }
    | undefined;
  promotedAt: Date | undefined;
  promoteHref: string | undefined;
  promotion: { action: string; keepHref: string; problem: string | undefined } | undefined;
  problems: ProblemsOnPage | undefined;
}

/** `console/client-confirm`: the second step of deleting or restoring a client. */
export interface ClientConfirmModel extends ClientPage {
  heading: string;
  text: string;
  button: string;
  isDangerous: boolean;
  action: string;
  keepHref: string;
  version: number;
  /** Whether the client_id has to be typed. */
  mustType: boolean;
  problem: string | undefined;
}

/** `console/client-people`: who allowed the client something. */
export interface ClientPeopleModel extends ClientPage {
  table: TableOnPage;
  nextHref: string | undefined;
  firstHref: string | undefined;
  csvHref: string;
}

/** The pages of clients in the console. */
export interface ConsoleClientPages {
  'console/clients': ClientsModel;
  'console/client-kinds': ClientKindsModel;
  'console/client-new': NewClientModel;
  'console/client-created': ClientCreatedModel;
  'console/client-connect': ClientConnectModel;
  'console/client-secrets': ClientSecretsModel;
  'console/client-publish': ClientPublishModel;
  'console/client-confirm': ClientConfirmModel;
  'console/client-people': ClientPeopleModel;
}
