import { Command } from 'commander';
import type {
  ApiOptions,
  CreateApiOptions,
  CreateScopeOptions,
  ListScopesOptions,
  ScopeOptions,
} from './catalogue.actions.js';
import { type ListOptions, withListOptions } from '../list.js';
import type { JsonOption } from '../output.js';

const load = () => import('./catalogue.actions.js');
const SET = 'any other fields of the record, as a JSON object';

/** `postern scope list | show | create | update | delete | clients` */
export function scopeCommands(): Command {
  const command = new Command('scope').description('The catalogue of what clients can ask for');
  const subcommand = (name: string, description: string) =>
    command.command(name).description(description).option('--json', 'print JSON');
  const withTexts = (made: Command) =>
    made
      .option('--title <title>', 'what people read on the consent page')
      .option('--description <text>', 'more words for people')
      .option('--api <api>', 'the API that it is a scope of, by id or audience')
      .option('--set <json>', SET);

  withListOptions(subcommand('list', 'List the scopes, by name'))
    .option('--category <category>', 'only those of this category')
    .option('--api <api>', 'only those of this API, by id or audience')
    .option('--retired', 'only retired ones')
    .action(async (options: ListScopesOptions) => (await load()).listScopes(options));

  subcommand('show', 'Show a scope')
    .argument('<scope>')
    .action(async (name: string, options: JsonOption) => (await load()).showScope(name, options));

  withTexts(subcommand('create', 'Create a scope'))
    .argument('<scope>', 'words with dots, such as orders.read')
    .action(async (name: string, options: CreateScopeOptions) => (await load()).createScope(name, options));

  withTexts(subcommand('update', 'Change a scope'))
    .argument('<scope>')
    .option('--retired', 'no further client can have it')
    .option('--no-retired', 'clients can have it again')
    .action(async (name: string, options: ScopeOptions) => (await load()).updateScope(name, options));

  subcommand('delete', 'Delete a scope that no client has')
    .argument('<scope>')
    .action(async (name: string, options: JsonOption) => (await load()).deleteScope(name, options));

  withListOptions(subcommand('clients', 'List the clients that have a scope, newest first'))
    .argument('<scope>')
    .action(async (name: string, options: ListOptions) => (await load()).listClientsOfScope(name, options));
  return command;
}

/** `postern api list | show | create | update | delete` */
export function apiCommands(): Command {
  const command = new Command('api').description('The resource servers that access tokens can be for');
  const subcommand = (name: string, description: string) =>
    command.command(name).description(description).option('--json', 'print JSON');
  const API = 'id or audience of the API';
  const withSettings = (made: Command) =>
    made
      .option('--name <name>', 'what people read on the consent page')
      .option('--format <format>', 'access_token_format: jwt or opaque')
      .option('--ttl <seconds>', 'access_token_ttl')
      .option('--open-to-registration', 'clients that register themselves can have its scopes')
      .option('--set <json>', SET);

  withListOptions(subcommand('list', 'List the APIs, the admin API first')).action(
    async (options: ListOptions) => (await load()).listApis(options),
  );

  subcommand('show', 'Show an API')
    .argument('<api>', API)
    .action(async (name: string, options: JsonOption) => (await load()).showApi(name, options));

  withSettings(subcommand('create', 'Create an API'))
    .argument('<audience>', 'the resource indicator, an absolute URI')
    .action(async (audience: string, options: CreateApiOptions) =>
      (await load()).createApi(audience, options),
    );

  withSettings(subcommand('update', 'Change an API'))
    .argument('<api>', API)
    .option('--no-open-to-registration', 'clients that register themselves cannot have its scopes')
    .action(async (name: string, options: ApiOptions) => (await load()).updateApi(name, options));

  subcommand('delete', 'Delete an API with its scopes, which no client has')
    .argument('<api>', API)
    .action(async (name: string, options: JsonOption) => (await load()).deleteApi(name, options));
  return command;
}
