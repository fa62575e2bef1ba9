import { AppError } from '../../platform/errors/errors.js';
import type { LinkOnPage } from '../../platform/page-models/shared.js';
import { savedMeanwhile } from '../console-audit/saved-meanwhile.js';
import type { ConsolePage } from '../console/console-page.js';
import { FormProblems, isProblemOfForm } from '../console/form-problems.js';
import { type Members, membersFrom, versionFrom } from '../console/form-values.js';
import type { Answer, Visit } from '../console/visit.js';
import { changesBetween, choiceFrom, conflictsOf, merged, type ThreeStates } from './merge.js';
import { fieldOnPage, membersOf, type RecordField, readFields } from './record-fields.js';

/** What a form of a record says around its fields. */
export interface FormWords {
  heading: string;
  lead: string;
  button: string;
  section: string;
  crumbs: LinkOnPage[];
  cancelHref: string;
  notes?: string[];
}

/** A form that makes or changes a record by an operation of the admin API. */
export interface RecordForm {
  path: string;
  operation: string;
  fields: (visit: Visit) => readonly RecordField[] | Promise<readonly RecordField[]>;
  /** The record that is changed, or what a new one starts with. */
  record: (visit: Visit) => Promise<Answer<object>>;
  words: (visit: Visit, record: object) => FormWords;
  /** Answers once it is saved; `body` is what the operation answered. */
  done: (visit: Visit, body: Members) => void;
  /** The body of the request, when its members are not those of the form. */
  toBody?: (members: Members) => Members;
  /** The field that a pointer of the operation's mistakes is about, as a pointer, where that is another. */
  pointerOf?: (pointer: string) => string;
  /** The body that the command on the page has. */
  example?: Members;
  /** The key of the record in the audit trail, when it is not its id. */
  auditKey?: (visit: Visit) => string;
  /** Whether the whole of a new record is sent, and not what changed. */
  isNew?: boolean;
}

interface Refused {
  form: URLSearchParams;
  error: AppError;
}

/** The page with the form, and what it does. Where the record has versions, two changes of it are shown to the second. */
export function recordFormPages(given: RecordForm): ConsolePage[] {
  const { operation, path } = given;
  return [
    { method: 'get', path, operation, answer: (visit) => show(visit, given) },
    { method: 'post', path, operation, answer: async (visit) => save(visit, given, await visit.form()) },
  ];
}

async function show(visit: Visit, given: RecordForm, refused?: Refused): Promise<void> {
  const { body: record, version } = await given.record(visit);
  const fields = await given.fields(visit);
  const members = membersOf(fields, record);
  const problems = refused && new FormProblems(moved(refused.error, given.pointerOf));
  const shown = fields.map((one) => {
    const field = fieldOnPage(one, members[one.name], refused?.form);
    return problems?.at(field) ?? field;
  });
  const { crumbs, section, ...words } = given.words(visit, record);
  const labels = new Map(fields.map(({ name, label }) => [name, label]));
  const base = refused?.form.get('base') ?? JSON.stringify(members);
  visit.show(
    'console/form',
    { section, crumbs },
    {
      notes: [],
      ...words,
      action: visit.ctx.path,
      hidden: [
        { name: 'base', value: base },
        ...(version === undefined
          ? []
          : [{ name: 'version', value: refused?.form.get('version') ?? String(version) }]),
      ],
      fields: shown.map((field) => (field.control === 'password' ? { ...field, value: '' } : field)),
      problems: problems?.summary('Nothing was saved.', labels),
      curl: visit.curl(given.operation, {
        body: given.example ?? exampleOf(given, fields, members),
        version,
      }),
    },
    refused ? 422 : 200,
  );
}

function exampleOf({ isNew, toBody }: RecordForm, fields: readonly RecordField[], members: Members): Members {
  const shown = fields.filter(({ isRequired }, index) => (isNew ? isRequired : index === 0));
  const example = Object.fromEntries(shown.map(({ name }) => [name, members[name] ?? '…']));
  return toBody ? toBody(example) : example;
}

function moved(error: AppError, pointerOf: RecordForm['pointerOf']): AppError {
  if (!pointerOf) return error;
  const errors = error.errors.map((one) => ({ ...one, pointer: pointerOf(one.pointer) }));
  return new AppError(error.kind, error.message, { errors });
}

async function save(visit: Visit, given: RecordForm, form: URLSearchParams): Promise<void> {
  const fields = await given.fields(visit);
  const base = membersFrom(form, 'base');
  const version = form.has('version') ? versionFrom(form) : undefined;
  let states: ThreeStates | undefined;
  try {
    if (form.has('theirs')) {
      states = { base, yours: membersFrom(form, 'yours'), theirs: membersFrom(form, 'theirs') };
      const result = merged(fields, states, (name) => choiceFrom(form, name));
      await send(visit, given, changesBetween(states.theirs, result), version);
    } else {
      states = { base, yours: readFields(fields, form, base), theirs: base };
      const filled = Object.entries(states.yours).filter(([, value]) => value !== null);
      const body = given.isNew ? Object.fromEntries(filled) : changesBetween(base, states.yours);
      await send(visit, given, body, version);
    }
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.kind === 'stale' && states) return resolveConflict(visit, given, form, states);
    if (!isProblemOfForm(error)) throw error;
    await show(visit, given, { form: form.has('theirs') ? new URLSearchParams() : form, error });
  }
}

async function send(
  visit: Visit,
  given: RecordForm,
  members: Members,
  version: number | undefined,
): Promise<void> {
  if (!given.isNew && Object.keys(members).length === 0) {
    const { body } = await given.record(visit);
    return given.done(visit, body as Members);
  }
  const body = given.toBody?.(members) ?? members;
  const answer = await visit.call<Members>(given.operation, { body, version });
  given.done(visit, answer.body);
}

/**
 * The record was saved while the form was open: shows what each changed, and what is to be saved. When no field of the form
 * was changed, as by a new password of an account, the form is saved on top.
 */
async function resolveConflict(
  visit: Visit,
  given: RecordForm,
  form: URLSearchParams,
  { base, yours }: ThreeStates,
): Promise<void> {
  const { body: record, version = 0 } = await given.record(visit);
  const fields = await given.fields(visit);
  const theirs = membersOf(fields, record);
  const saved = changesBetween(base, theirs);
  const isNewer = form.get('version') !== String(version);
  if (Object.keys(saved).length === 0 && isNewer && !form.has('theirs')) {
    form.set('version', String(version));
    return save(visit, given, form);
  }
  const { cancelHref, crumbs, heading, section } = given.words(visit, record);
  const { id = '', updated_at: updatedAt } = record as { id?: string; updated_at?: string };
  const audited = { key: given.auditKey?.(visit) ?? id, updatedAt: new Date(updatedAt ?? Date.now()) };
  const inBody = (members: Members) => given.toBody?.(members) ?? members;
  visit.show(
    'console/conflict',
    { section, crumbs },
    {
      heading,
      action: visit.ctx.path,
      version,
      base: JSON.stringify(base),
      theirs: JSON.stringify(theirs),
      yours: JSON.stringify(yours),
      ...conflictsOf(fields, { base, yours, theirs }),
      saved: await savedMeanwhile(visit, 'listAuditEvents', audited, Object.keys(inBody(saved))),
      discardHref: cancelHref,
      curl: visit.curl(given.operation, { body: inBody(changesBetween(theirs, yours)), version }),
    },
    412,
  );
}
