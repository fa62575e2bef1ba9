import { Command } from 'commander';
import type { JsonOption } from '../output.js';
import { withListOptions } from '../list.js';
import type { DetailsTypeOptions, ListDetailsTypesOptions } from './details-type.actions.js';

const load = () => import('./details-type.actions.js');

/** `postern details-type list | show | create | update | delete` */
export function detailsTypeCommands(): Command {
  const command = new Command('details-type').description(
    'The types of authorization details that clients can ask for (RFC 9396)',
  );
  const subcommand = (name: string, description: string) =>
    command.command(name).description(description).option('--json', 'print JSON');
  const withFields = (made: Command) =>
    made
      .argument('<type>', 'what requests have in type, such as payment_initiation')
      .option('--title <title>', 'what people read above the details')
      .option('--template <text>', 'consent_template: what people read of one, such as "Pay {{amount}}"')
      .option('--schema-file <file>', 'schema: a file with the JSON Schema of a detail')
      .option('--api <api>', 'the API that its details are for, by id or audience')
      .option('--set <json>', 'any other fields of the record, as a JSON object')
      .action(async (type: string, options: DetailsTypeOptions) =>
        made.name() === 'create'
          ? (await load()).createDetailsType(type, options)
          : (await load()).updateDetailsType(type, options),
      );

  withListOptions(subcommand('list', 'List the types, by name'))
    .option('--api <api>', 'only those of this API, by id or audience')
    .action(async (options: ListDetailsTypesOptions) => (await load()).listDetailsTypes(options));

  subcommand('show', 'Show a type')
    .argument('<type>')
    .action(async (type: string, options: JsonOption) => (await load()).showDetailsType(type, options));

  withFields(subcommand('create', 'Create a type'));
  withFields(subcommand('update', 'Change a type'));

  subcommand('delete', 'Delete a type that no client has')
    .argument('<type>')
    .action(async (type: string, options: JsonOption) => (await load()).deleteDetailsType(type, options));
  return command;
}
