import type { ConsolePage } from '../console-page-models/console.js';

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
  /** The command of a shell. */
  curl: string;
  /** A success; without a body where it has none. */
  example: { status: string; body: string | undefined } | undefined;
  bodyTypes: string[];
  fields: ReferenceField[];
  answers: { status: string; description: string; record: string | undefined }[];
}

/** `reference`: the operations of an API by chapter. */
export interface ReferenceModel {
  title: string;
  introduction: string;
  chapters: { name: string; description: string; operations: ReferenceOperation[] }[];
  /** What was searched for. */
  filter: string;
  /** The path of the page. */
  base: string;
}

/** `reference-records`: what responses of the API hold. */
export interface ReferenceRecordsModel {
  records: { name: string; fields: ReferenceField[] }[];
  /** The path of the operations. */
  base: string;
}

/** The documents of an API. */
export interface ReferencePages {
  reference: ReferenceModel;
  'reference-records': ReferenceRecordsModel;
  'console/reference': ReferenceModel & ConsolePage;
  'console/reference-records': ReferenceRecordsModel & ConsolePage;
}
