import { Command } from 'commander';
import type {
  ClientOptions,
  CreateClientOptions,
  InitialAccessTokenOptions,
  ListClientsOptions,
} from '../actions/client.js';
import { withListOptions } from '../list.js';

const CLIENT = 'id or client_id of the client';
const load = () => import('../actions/client.js');

/** `postern client create | list | show | delete | restore | rotate-secret | … | initial-access-token` */
export function clientCommands(): Command {
  const command = new Command('client').description('The registered clients');
  const subcommand = (name: string, description: string) =>
    command
      .command(name)
      .description(description)
      .option('--org <org>', 'id or slug of the organization', 'default')
      .option('--project <project>', 'id or slug of the project', 'default')
      .option('--json', 'print JSON');

  subcommand('create', 'Register a client; its secret is printed once')
    .argument('<name>', 'client_name')
    .option('--redirect-uri <uri...>', 'redirect_uris')
    .option('--grant-type <grant...>', 'grant_types')
    .option('--scope <scope...>', 'scopes')
    .option('--auth-method <method>', 'token_endpoint_auth_method')
    .option('--set <json>', 'any other fields of the record, as a JSON object')
    .action(async (name: string, options: CreateClientOptions) => (await load()).createClient(name, options));

  withListOptions(subcommand('list', 'List clients, newest first'))
    .option('--text <text>', 'only those whose name, description, company or client_id contains this')
    .option('--deleted', 'those that are deleted and can be restored, instead of the live ones')
    .action(async (options: ListClientsOptions) => (await load()).listClients(options));

  subcommand('show', 'Show a client')
    .argument('<client>', CLIENT)
    .action(async (name: string, options: ClientOptions) => (await load()).showClient(name, options));

  subcommand('delete', 'Delete a client: it and everything issued to it stop working at once')
    .argument('<client>', CLIENT)
    .action(async (name: string, options: ClientOptions) => (await load()).deleteClient(name, options));

  subcommand('restore', 'Bring a deleted client back; what was issued to it stays revoked')
    .argument('<client>', CLIENT)
    .action(async (name: string, options: ClientOptions) => (await load()).restoreClient(name, options));

  subcommand('rotate-secret', 'Make a second secret, printed once; the old one works until it is deleted')
    .argument('<client>', CLIENT)
    .action(async (name: string, options: ClientOptions) => (await load()).rotateSecret(name, options));

  subcommand('delete-rotated-secret', 'Delete the older of two secrets')
    .argument('<client>', CLIENT)
    .action(async (name: string, options: ClientOptions) =>
      (await load()).deleteRotatedSecret(name, options),
    );

  subcommand(
    'initial-access-token',
    'Make a token with which others can register clients here; it is printed once',
  )
    .option('--expires-in <seconds>', 'how long it lasts', '86400')
    .option('--max-uses <count>', 'how many clients it registers', '1')
    .action(async (options: InitialAccessTokenOptions) => (await load()).createInitialAccessToken(options));
  return command;
}
