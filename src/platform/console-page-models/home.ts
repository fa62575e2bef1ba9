import type { LinkOnPage } from '../page-models/shared.js';
import type { ChartsOnPage, SpanOnPage } from './charts.js';
import type { ClientPage } from './clients.js';
import type { ConsolePage } from './console.js';

/** A number with what it counts and where that is. */
export interface FigureOnPage {
  name: string;
  /** As it is shown. */
  value: string;
  detail: string;
  href: string;
  /** Where what the detail counts is, when that is elsewhere. */
  detailHref?: string;
}

/** A failure of a client, with what to do about it. */
export interface FailureOnPage {
  /** The id of its row. */
  id: string;
  at: Date;
  code: string;
  client: LinkOnPage | undefined;
  count: number;
  /** Where they are counted. */
  countHref: string;
  advice: string;
  /** Names and values of what is known beside the code. */
  facts: { name: string; value: string }[];
}

/** What needs an operator. */
export interface TaskOnPage {
  text: string;
  detail: string;
  link: LinkOnPage;
}

/** A node of the installation with the requests of its last five minutes. */
export interface NodeOnPage {
  name: string;
  detail: string;
  /** Whether its processes have several versions. */
  isMixed: boolean;
  startedAt: Date;
  seenAt: Date;
  requests: string;
  /** What half of the requests took at most, and 95 % of them; undefined without requests. */
  half: string | undefined;
  most: string | undefined;
}

/** `console/home`: a project in ten seconds. */
export interface ConsoleHomeModel extends ConsolePage {
  isEmpty: boolean;
  figures: FigureOnPage[];
  tasks: TaskOnPage[];
  /** The day or hour that was asked for. */
  span: SpanOnPage | undefined;
  panels: ChartsOnPage[];
  failures: FailureOnPage[];
  keys: { alg: string; since: Date; isOld: boolean }[];
  keysHref: string | undefined;
  /** Where the versions of the installation are, for those who may see them. */
  versionsHref: string | undefined;
  /** For those who may see the installation. */
  nodes: NodeOnPage[] | undefined;
  clientsHref: string;
  newHref: string | undefined;
}

/** `console/client-usage`. */
export interface ClientUsageModel extends ClientPage {
  figures: FigureOnPage[];
  span: SpanOnPage | undefined;
  panels: ChartsOnPage[];
  failures: FailureOnPage[];
  failuresCsvHref: string | undefined;
}

/** The pages with charts. */
export interface ConsoleUsagePages {
  'console/home': ConsoleHomeModel;
  'console/client-usage': ClientUsageModel;
}
