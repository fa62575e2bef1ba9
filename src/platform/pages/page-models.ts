import type { Destination } from './destination.js';

/** What every page about a client shows of it. */
export interface ClientOnPage {
  clientId: string;
  clientName: string;
  description: string | null;
  company: string | null;
  logoUri: string | null;
  clientUri: string | null;
  policyUri: string | null;
  tosUri: string | null;
  /** The publisher's domain once it was verified. */
  verifiedHost: string | null;
}

/** Where a form goes and the token that it carries. */
export interface FormOnPage {
  action: string;
  csrf: string;
}

/** `sign-in`: e-mail address and password, for the sake of a client. */
export interface SignInModel extends FormOnPage {
  client: ClientOnPage;
  abortAction: string;
  email: string;
  remember: boolean;
  /** Why the page is shown again. */
  problem: string | undefined;
}

/** A scope in words; `optional` ones have a checkbox. */
export interface ScopeOnPage {
  name: string;
  title: string;
  description: string | null;
  optional: boolean;
  ticked: boolean;
}

/** Scopes of one API, or of the account itself; what is required has no checkbox. */
export interface ScopeGroup {
  /** `host` is the whole audience when that names no host. */
  api: { name: string; host: string } | undefined;
  required: ScopeOnPage[];
  optional: ScopeOnPage[];
}

/** `consent`: who asks for what, and where the person goes afterwards; no destination means that a device waits. */
export interface ConsentModel extends FormOnPage {
  client: ClientOnPage;
  abortAction: string;
  email: string;
  groups: ScopeGroup[];
  destination: Destination | undefined;
}

/** `not-a-member`: the application is not for this person, and there is only the way back. */
export interface NotAMemberModel extends FormOnPage {
  clientName: string;
  /** Who is signed in. */
  email: string | undefined;
  /** A device waits, so that there is no page to go back to. */
  device: boolean;
}

/** A form of the engine's own: its URL and its one-time token. */
export interface EngineForm {
  action: string;
  xsrf: string;
}

/** `device-code`: the code that a device shows is typed in. */
export interface DeviceCodeModel extends EngineForm {
  userCode: string;
  problem: string | undefined;
  /** The person turned the device away; no mistake, but to be confirmed. */
  cancelled: boolean;
}

/** `device-confirm`: is this the device in front of the person? */
export interface DeviceConfirmModel extends EngineForm {
  client: ClientOnPage;
  userCode: string;
  /** Where the device's request came from, as far as it is known. */
  address: string | undefined;
  userAgent: string | undefined;
}

/** `device-done`: back to the device. */
export interface DeviceDoneModel {
  clientName: string | undefined;
}

/** `sign-out`: everywhere, or not. */
export interface SignOutModel extends EngineForm {
  clientName: string | undefined;
  email: string | undefined;
}

/** `signed-out`: what became of it. */
export interface SignedOutModel {
  outcome: 'signed-out' | 'left-client' | 'still-signed-in';
  clientName: string | undefined;
}

/** `error`: what happened in words, and what helps to find it in the logs. */
export interface ErrorModel {
  title: string;
  message: string;
  /** RFC 6749 error code and description, for whoever built the application. */
  code: string | undefined;
  description: string | undefined;
  requestId: string | undefined;
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

/** An operation of an API; without a permission it takes any token. */
export interface ReferenceOperation {
  id: string;
  method: string;
  path: string;
  summary: string;
  permission: string | undefined;
  role: string | undefined;
  parameters: (ReferenceField & { place: string })[];
  bodyTypes: string[];
  fields: ReferenceField[];
  answers: { status: string; description: string; record: string | undefined }[];
}

/** `reference`: what an API can do, chapter by chapter. */
export interface ReferenceModel {
  title: string;
  introduction: string;
  chapters: { name: string; description: string; operations: ReferenceOperation[] }[];
  records: { name: string; fields: ReferenceField[] }[];
}

/** Every page with what it needs. */
export interface PageModels {
  home: HomeModel;
  reference: ReferenceModel;
  'sign-in': SignInModel;
  consent: ConsentModel;
  'not-a-member': NotAMemberModel;
  'device-code': DeviceCodeModel;
  'device-confirm': DeviceConfirmModel;
  'device-done': DeviceDoneModel;
  'sign-out': SignOutModel;
  'signed-out': SignedOutModel;
  error: ErrorModel;
}
