import type { Destination } from '../pages/destination.js';
import type { ClientOnPage, FormOnPage } from './shared.js';

/** A form that is sent with a passkey (WebAuthn Level 3). */
export interface PasskeyOnPage extends FormOnPage {
  /** The path of the options for the browser's API and the token that goes back with its result. */
  options: string;
  /** A credential of this domain that the browser is told to forget, because there is none here with its id. */
  unknown?: { domain: string; credentialId: string } | undefined;
}

/** `sign-in`: the form for e-mail address and password. */
export interface SignInModel extends FormOnPage {
  /** Undefined when the sign-in is for the pages of this server. */
  client: ClientOnPage | undefined;
  abortAction: string;
  email: string;
  remember: boolean;
  /** Why the page is shown again. */
  problem: string | undefined;
  /** Undefined where nobody can have a passkey. */
  passkey?: PasskeyOnPage | undefined;
  /** Where a forgotten password is replaced; undefined where there is no mail. */
  recoverUrl?: string | undefined;
  /** Where an account is created; undefined where people cannot. */
  signUpUrl?: string | undefined;
}

/** `select-account`: the account that is signed in, or another one. */
export interface SelectAccountModel extends FormOnPage {
  client: ClientOnPage | undefined;
  abortAction: string;
  email: string;
  switchUrl: string;
}

/** Why a scope needs attention: it works without the person, it changes data, or it administers this server. */
export type ScopeMark = 'lasting' | 'changes' | 'administration';

/** A scope with its title; `optional` ones have a checkbox. */
export interface ScopeOnPage {
  name: string;
  title: string;
  description: string | null;
  mark: ScopeMark | undefined;
  optional: boolean;
  ticked: boolean;
}

/** The scopes of one API, or of the account itself, marked ones first; required ones have no checkbox. */
export interface ScopeGroup {
  /** `host` is the whole audience if that has no host. */
  api: { name: string; host: string } | undefined;
  required: ScopeOnPage[];
  optional: ScopeOnPage[];
}

/** One authorization detail (RFC 9396) in words. */
export interface DetailOnPage {
  title: string;
  /** `host` is the whole audience if that has no host. */
  api: { name: string; host: string } | undefined;
  /** The words of the operator, and in them the values that the client sent. */
  parts: readonly { text: string; isValue: boolean }[];
  /** All of the detail. */
  json: string;
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
  details: readonly DetailOnPage[];
  /** Only when scopes of the admin API are asked for. */
  administration: AdministrationOnPage | undefined;
  destination: Destination | undefined;
  /** Set where an operator looks at the page: where to go back to. Nothing on it can be sent. */
  preview?: { backHref: string };
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

/** What the pages of a second factor have in common. */
export interface SecondFactorPage extends FormOnPage {
  /** Undefined for our own pages. */
  client: ClientOnPage | undefined;
  abortAction: string;
  switchUrl: string;
  email: string;
  /** Why the page is shown again. */
  problem: string | undefined;
}

/** `second-factor`: a passkey, or a code of the authenticator app. */
export interface SecondFactorModel extends SecondFactorPage {
  passkey: PasskeyOnPage | undefined;
  /** Whether a code will do. */
  hasCode: boolean;
  /** Whether the browser can be trusted from now on. */
  trustable: boolean;
  /** Undefined when a recovery code will not do, or there is none left. */
  recoveryUrl: string | undefined;
}

/** `recovery-code`: the form for one. */
export interface RecoveryCodeModel extends SecondFactorPage {
  backUrl: string;
}

/** `second-factor-set-up`: what a person can set up who has none, or none that is strong enough. */
export interface SecondFactorSetUpModel extends SecondFactorPage {
  passkey: PasskeyOnPage | undefined;
  /** Whether only a passkey will do. */
  passkeyOnly: boolean;
  authenticatorUrl: string;
}

/** Setting an authenticator app up: its secret is in the form, sealed, until a code confirms it. */
export interface AuthenticatorForm {
  sealed: string;
  /** An SVG document. */
  qrCode: string;
  /** In base32. */
  secret: string;
  /** What the app shows with the codes. */
  label: string;
}

/** `authenticator-set-up` */
export interface AuthenticatorSetUpModel extends SecondFactorPage, AuthenticatorForm {
  backUrl: string;
}

/** `recovery-codes`: ten codes, which are shown once. */
export interface RecoveryCodesModel {
  /** A sentence about what was added. */
  added: string;
  codes: readonly string[];
  continueUrl: string;
}

/** The pages between an authorization request and its response. */
export interface InteractionPages {
  'sign-in': SignInModel;
  'select-account': SelectAccountModel;
  consent: ConsentModel;
  'not-a-member': NotAMemberModel;
  'second-factor': SecondFactorModel;
  'recovery-code': RecoveryCodeModel;
  'second-factor-set-up': SecondFactorSetUpModel;
  'authenticator-set-up': AuthenticatorSetUpModel;
  'recovery-codes': RecoveryCodesModel;
}
