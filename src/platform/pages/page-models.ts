import type { Destination } from './destination.js';

/** What every page about a client shows of it. */
export interface ClientOnPage {
  clientId: string;
  clientName: string;
  description: string | null;
  company: string | null;
  /** The path of the logo on this server. */
  logoPath: string | null;
  clientUri: string | null;
  policyUri: string | null;
  tosUri: string | null;
  /** The publisher's domain once it was verified, or null. */
  verifiedHost: string | null;
}

/** Where a form goes and the token that it carries. */
export interface FormOnPage {
  action: string;
  csrf: string;
}

/** `sign-in`: the form for e-mail address and password. */
export interface SignInModel extends FormOnPage {
  client: ClientOnPage;
  abortAction: string;
  email: string;
  remember: boolean;
  /** Why the page is shown again. */
  problem: string | undefined;
}

/** `select-account`: the account that is signed in, or another one. */
export interface SelectAccountModel extends FormOnPage {
  client: ClientOnPage;
  abortAction: string;
  email: string;
  switchUrl: string;
}

/** A scope with its title; `optional` ones have a checkbox. */
export interface ScopeOnPage {
  name: string;
  title: string;
  description: string | null;
  optional: boolean;
  ticked: boolean;
}

/** The scopes of one API, or of the account itself; required ones have no checkbox. */
export interface ScopeGroup {
  /** `host` is the whole audience if that has no host. */
  api: { name: string; host: string } | undefined;
  required: ScopeOnPage[];
  optional: ScopeOnPage[];
}

/** Who an application for the admin API belongs to, and where it may act for the person. */
export interface AdministrationOnPage {
  orgName: string;
  projectName: string;
  reach: 'project' | 'organization' | 'installation';
}

/** `consent`: the client, the scopes that it asks for, and the destination afterwards; none in the device flow. */
export interface ConsentModel extends FormOnPage {
  client: ClientOnPage;
  abortAction: string;
  /** The page to sign in with another account. */
  switchUrl: string;
  email: string;
  groups: ScopeGroup[];
  /** Only when scopes of the admin API are asked for. */
  administration: AdministrationOnPage | undefined;
  destination: Destination | undefined;
}

/** `not-a-member`: the person may not use the application, and can only go back. */
export interface NotAMemberModel extends FormOnPage {
  clientName: string;
  /** The account that is signed in. */
  email: string | undefined;
  /** The page to sign in with another account. */
  switchUrl: string;
  /** Whether it is the device flow, in which there is no page to go back to. */
  device: boolean;
}

/** A form that posts to the engine: its URL and its one-time token. */
export interface EngineForm {
  action: string;
  xsrf: string;
}

/** `device-code`: the form for the code that a device shows. */
export interface DeviceCodeModel extends EngineForm {
  userCode: string;
  problem: string | undefined;
  /** Whether the person refused the device; shown as a confirmation, not as an error. */
  cancelled: boolean;
}

/** `device-confirm`: asks whether this is the person's device. */
export interface DeviceConfirmModel extends EngineForm {
  client: ClientOnPage;
  userCode: string;
  /** The IP address of the device's request, if known. */
  address: string | undefined;
  userAgent: string | undefined;
}

/** `device-done`: the device was authorized. */
export interface DeviceDoneModel {
  clientName: string | undefined;
}

/** `sign-out`: asks whether to sign out. */
export interface SignOutModel extends EngineForm {
  clientName: string | undefined;
  email: string | undefined;
}

/** `signed-out`: the result of a sign-out. */
export interface SignedOutModel {
  outcome: 'signed-out' | 'left-client' | 'still-signed-in';
  clientName: string | undefined;
}

/** A way on from a page. */
export interface LinkOnPage {
  label: string;
  href: string;
}

/** `error`: what happened, and the request id to find it in the logs. */
export interface ErrorModel {
  title: string;
  message: string;
  /** RFC 6749 error code and description, for the developers of the application. */
  code: string | undefined;
  description: string | undefined;
  requestId: string | undefined;
  /** The name of the application that the page was about, if known. */
  application?: string | undefined;
  /** Where to go from here; the first is the main one. */
  links?: LinkOnPage[];
}

/** `home`: what runs here, and where its descriptions are. `metadata` are paths. */
export interface HomeModel {
  issuer: string;
  version: string;
  metadata: { openid: string; oauth: string };
}

/** A field of a body or a record. */
export interface ReferenceField {
  name: string;
  required: boolean;
  type: string;
  description: string;
}

/** An operation of an API; without a permission any valid token is accepted. */
export interface ReferenceOperation {
  id: string;
  method: string;
  path: string;
  summary: string;
  permission: string | undefined;
  role: string | undefined;
  parameters: (ReferenceField & { location: string })[];
  bodyTypes: string[];
  fields: ReferenceField[];
  answers: { status: string; description: string; record: string | undefined }[];
}

/** `reference`: the operations of an API by chapter, and its records. */
export interface ReferenceModel {
  title: string;
  introduction: string;
  chapters: { name: string; description: string; operations: ReferenceOperation[] }[];
  records: { name: string; fields: ReferenceField[] }[];
}

/** The model of each page, by the name of its template. */
export interface PageModels {
  home: HomeModel;
  reference: ReferenceModel;
  'sign-in': SignInModel;
  'select-account': SelectAccountModel;
  consent: ConsentModel;
  'not-a-member': NotAMemberModel;
  'device-code': DeviceCodeModel;
  'device-confirm': DeviceConfirmModel;
  'device-done': DeviceDoneModel;
  'sign-out': SignOutModel;
  'signed-out': SignedOutModel;
  error: ErrorModel;
}
