import type { LinkOnPage } from './shared.js';

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
  /** Where to go from here, before the account area; the first is the main one. */
  links?: LinkOnPage[];
}

/** `home`: what runs here, and where its descriptions are. `metadata` are paths. */
export interface HomeModel {
  issuer: string;
  version: string;
  metadata: { openid: string; oauth: string };
  /** The operator console; undefined where there is none. */
  consoleUrl?: string | undefined;
}

/** The pages that belong to no flow. */
export interface SitePages {
  home: HomeModel;
  error: ErrorModel;
}
