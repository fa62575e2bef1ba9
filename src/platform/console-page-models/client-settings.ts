import type { RecordConflictModel } from './records.js';
import type { ClientPage, ConsoleField, ProblemsOnPage, ScopeGroup } from './clients.js';

/** Fields that are saved together. */
export interface CardOnPage {
  key: string;
  heading: string;
  lead: string;
  action: string;
  fields: ConsoleField[];
  scopes: ScopeGroup[] | undefined;
  /** The values that the form was filled from, as JSON. */
  base: string;
  problems: ProblemsOnPage | undefined;
}

/** `console/client-settings`. */
export interface ClientSettingsModel extends ClientPage {
  cards: CardOnPage[];
  version: number;
  isEditable: boolean;
  /** What the server alone sets. */
  facts: { name: string; value: string; help: string }[];
  preview: ConsentPreview | undefined;
  danger: { href: string; isDeleted: boolean } | undefined;
}

/** A drawing of the consent page. */
export interface ConsentPreview {
  /** The whole page. */
  href: string;
  clientName: string;
  company: string | null;
  verifiedHost: string | undefined;
  scopes: { title: string; isOptional: boolean }[];
  redirectHost: string | undefined;
}

/** `console/client-conflict`: the client was changed while the form was open. */
export type ClientConflictModel = ClientPage & Omit<RecordConflictModel, 'heading'>;

/** The pages of a client's settings in the console. */
export interface ConsoleClientSettingsPages {
  'console/client-settings': ClientSettingsModel;
  'console/client-conflict': ClientConflictModel;
}
