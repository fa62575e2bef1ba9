import type { Context } from '../../context.js';
import {
  type DetailsTypeRecord,
  detailsTypeToWire,
} from '../../registry/authorization-details/details-type-record.js';
import { commandLineActor } from '../context/actor.js';
import { withContext } from '../context/with-context.js';
import { jsonFile } from '../json-file.js';
import { type ListOptions, pageOptions, printPage } from '../list.js';
import { describeRecord, type JsonOption, print } from '../output.js';
import { jsonObject } from '../usage-error.js';
import { findApi, notEmpty } from './catalogue.actions.js';

/** Fields of a type; `set` is a JSON object of any others. */
export interface DetailsTypeOptions extends JsonOption {
  title?: string;
  template?: string;
  schemaFile?: string;
  api?: string;
  set?: string;
}

/** Which types to list. */
export interface ListDetailsTypesOptions extends ListOptions {
  api?: string;
}

/** `postern details-type list` */
export async function listDetailsTypes(options: ListDetailsTypesOptions): Promise<void> {
  const { limit, cursor } = pageOptions(options);
  const page = await withContext(async (context) => {
    const apiId = options.api === undefined ? undefined : (await findApi(context, options.api)).id;
    const listed = await context.detailsTypes.list(apiId, limit, cursor);
    return { ...listed, data: listed.data.map((record) => wireOf(context, record)) };
  });
  printPage(page, options.json, ['TYPE', 'TITLE', 'TEMPLATE'], ({ consent_template, title, type }) => [
    type,
    title,
    consent_template,
  ]);
}

/** `postern details-type show` */
export async function showDetailsType(type: string, { json }: JsonOption): Promise<void> {
  const wire = await withContext(async (context) => wireOf(context, await context.detailsTypes.get(type)));
  print(wire, json, describeRecord(wire));
}

/** `postern details-type create`; without a title the type is the title. */
export async function createDetailsType(type: string, options: DetailsTypeOptions): Promise<void> {
  const wire = await withContext(async (context) => {
    const input = { type, title: type, ...(await inputOf(context, options)) };
    return wireOf(context, await context.detailsTypes.create(commandLineActor(), input));
  });
  print(wire, options.json, describeRecord(wire));
}

/** `postern details-type update` */
export async function updateDetailsType(type: string, options: DetailsTypeOptions): Promise<void> {
  const wire = await withContext(async (context) => {
    const patch = notEmpty(await inputOf(context, options));
    return wireOf(context, await context.detailsTypes.update(commandLineActor(), type, patch));
  });
  print(wire, options.json, describeRecord(wire));
}

/** `postern details-type delete` */
export async function deleteDetailsType(type: string, { json }: JsonOption): Promise<void> {
  await withContext(({ detailsTypes }) => detailsTypes.delete(commandLineActor(), type));
  print({ type, deleted: true }, json, `Deleted ${type}.`);
}

async function inputOf(context: Context, { api, schemaFile, set, template, title }: DetailsTypeOptions) {
  const schema = await jsonFile('--schema-file', schemaFile);
  return {
    ...(title === undefined ? {} : { title }),
    ...(template === undefined ? {} : { consent_template: template }),
    ...(schema === undefined ? {} : { schema }),
    ...(api === undefined ? {} : { api_id: (await findApi(context, api)).id }),
    ...(set === undefined ? {} : jsonObject('--set', set)),
  };
}

function wireOf({ settings }: Context, record: DetailsTypeRecord) {
  return detailsTypeToWire(record, settings.issuer);
}
