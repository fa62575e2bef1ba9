import type { ConsoleField, ProblemsOnPage } from './clients.js';
import type { ConsolePage } from './console.js';
import type { LinkOnPage } from '../page-models/shared.js';

/** A button that sends a form of its own, or leads to a page. */
export interface ActionOnPage {
  text: string;
  /** Its object, for screen readers. */
  about: string;
  href?: string;
  /** Where the form goes, without `href`. */
  action?: string;
  isDangerous?: boolean;
}

/** What a cell of a table shows; a text before a time says what happened then. */
export interface CellOnPage {
  text?: string | undefined;
  href?: string | undefined;
  isCode?: boolean;
  /** Names that stand beside each other, in place of a text. */
  codes?: string[];
  at?: Date | undefined;
  as?: 'ago' | 'day' | 'minute';
  badges?: { kind: 'good' | 'caution' | 'problem' | 'plain'; text: string }[];
  /** A second line. */
  detail?: string | undefined;
  actions?: ActionOnPage[];
}

/** A table of records; the first cell of a row names its record. */
export interface TableOnPage {
  caption: string;
  /** `isExtra` columns are left out where there is little room. A column without a label has actions. */
  columns: { label: string; isExtra?: boolean; isNumber?: boolean }[];
  rows: CellOnPage[][];
}

/** What stands in place of an empty list. */
export interface EmptyOnPage {
  symbol: string;
  heading: string;
  text: string;
  link?: LinkOnPage | undefined;
}

/** A list with the way to its other parts, and as a file. */
export interface ListPage extends ConsolePage {
  nextHref: string | undefined;
  firstHref: string | undefined;
  csvHref: string;
}

/** `console/list`: a list with filters and pages. */
export interface ListModel extends ListPage {
  heading: string;
  lead: string;
  /** The first is the main one. */
  actions: LinkOnPage[];
  listHref: string;
  filters: ConsoleField[];
  isFiltered: boolean;
  table: TableOnPage;
  empty: EmptyOnPage;
}

/** `console/form`: a record that is made or changed. */
export interface RecordFormModel extends ConsolePage {
  heading: string;
  lead: string;
  action: string;
  hidden: { name: string; value: string }[];
  fields: ConsoleField[];
  problems: ProblemsOnPage | undefined;
  button: string;
  cancelHref: string;
  /** What to know before sending it. */
  notes: string[];
}

/** `console/conflict`: a record that was changed while its form was open. */
export interface RecordConflictModel extends ConsolePage {
  heading: string;
  action: string;
  version: number;
  /** The three states of the fields as JSON. */
  base: string;
  theirs: string;
  yours: string;
  byBoth: FieldConflict[];
  byYou: FieldConflict[];
  byOther: FieldConflict[];
  saved: SavedMeanwhile;
  discardHref: string;
}

/** When a record was saved while its form was open, and by whom, where the person may know that. */
export interface SavedMeanwhile {
  at: Date;
  by: { name: string | null; key: string; isSelf: boolean } | undefined;
}

/** A field that two operators changed, or one of them. */
export interface FieldConflict {
  name: string;
  label: string;
  before: string[];
  yours: string[];
  theirs: string[];
  /** What both together are, for lists. */
  both: string[] | undefined;
}

/** `console/confirm`: the second step of what cannot simply be taken back. */
export interface ConfirmModel extends ConsolePage {
  heading: string;
  text: string;
  button: string;
  isDangerous: boolean;
  action: string;
  keepHref: string;
  version: number | undefined;
  /** What has to be typed. */
  typed: string | undefined;
  problem: string | undefined;
  refusal: string | undefined;
}

/** `console/once`: a secret that is shown this once. */
export interface OnceModel extends ConsolePage {
  heading: string;
  lead: string;
  label: string;
  name: string;
  secret: string;
  openHref: string;
  facts: { name: string; value: string }[];
}

/** A heading with a table, or with what stands in its place. */
export interface TableSection {
  id: string;
  heading: string;
  lead?: string | undefined;
  actions: ActionOnPage[];
  table: TableOnPage;
  none: string;
  moreHref?: string | undefined;
  /** The whole list as a file. */
  csvHref?: string | undefined;
}

/** `console/record`: one record with what belongs to it. */
export interface RecordModel extends ConsolePage {
  heading: string;
  badges: NonNullable<CellOnPage['badges']>;
  /** The key of the record, which can be copied. */
  key: { value: string; what: string } | undefined;
  lead: string;
  actions: LinkOnPage[];
  facts: { name: string; cell: CellOnPage }[];
  sections: TableSection[];
  /** Lists of the page that stand in several sections, as files. */
  files?: { of: string; href: string | undefined }[];
  /** What is grave, each with what it does. */
  grave: { heading: string; text: string; action: ActionOnPage }[];
}

/** The pages that records of different kinds share. */
export interface ConsoleRecordPages {
  'console/list': ListModel;
  'console/form': RecordFormModel;
  'console/conflict': RecordConflictModel;
  'console/confirm': ConfirmModel;
  'console/once': OnceModel;
  'console/record': RecordModel;
}
