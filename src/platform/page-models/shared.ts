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
  /** The host with the document that says all of this, and that the client_id is the URL of, or null. */
  documentHost: string | null;
}

/** Where a form goes and the CSRF token that it carries. */
export interface FormOnPage {
  action: string;
  csrf: string;
}

/** A form that posts to the engine: its URL and its one-time token. */
export interface EngineForm {
  action: string;
  xsrf: string;
}

/** A link that leads on from a page. */
export interface LinkOnPage {
  label: string;
  href: string;
}

/** A message at the top of a page: the result of what was done before. */
export interface NoticeOnPage {
  kind: 'good' | 'caution' | 'problem';
  text: string;
}
