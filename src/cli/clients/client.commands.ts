import { Command, Option } from 'commander';
import type { InitialAccessTokenOptions, ListClientsOptions } from './client.actions.js';
import type { ClientOptions, CreateClientOptions, UpdateClientOptions } from './client-fields.js';
import type { ExportClientsOptions, ImportClientsOptions } from './client-import.actions.js';
import { type ListOptions, withListOptions } from '../list.js';

const CLIENT = 'id or client_id of the client';
const load = () => import('./client.actions.js');

/**
 * `postern client create | list | show | update | promote | people | delete | restore | rotate-secret | … | import |
 * export | initial-access-token`
 */
export function clientCommands(): Command {
  const command = new Command('client').description('The registered clients');
  const subcommand = (name: string, description: string) =>
    command
      .command(name)
      .description(description)
      .option('--org <org>', 'id or slug of the organization', 'default')
      .option('--project <project>', 'id or slug of the project', 'default')
      .option('--json', 'print JSON');

  const withFields = (made: Command) =>
    made
      .option('--redirect-uri <uri...>', 'redirect_uris')
      .option('--grant-type <grant...>', 'grant_types')
      .option('--scope <scope...>', 'scopes')
      .option('--details-type <type...>', 'authorization_details_types')
      .option('--auth-method <method>', 'token_endpoint_auth_method')
      .addOption(
        new Option('--security-profile <profile>', 'security_profile: sets what the profile demands').choices(
          ['fapi2', 'fapi2_message_signing'],
        ),
      )
      .addOption(new Option('--subject-type <type>', 'subject_type').choices(['public', 'pairwise']))
      .option('--jwks-file <file>', 'jwks: a file with the public keys, a JSON Web Key Set')
      .option('--token-exchange-file <file>', 'token_exchange: a file with the list, as JSON')
      .option('--trusted-issuers-file <file>', 'trusted_issuers: a file with the list, as JSON')
      .option('--set <json>', 'any other fields of the record, as a JSON object');

  withFields(subcommand('create', 'Register a client; its secret is printed once'))
    .argument('<name>', 'client_name')
    .action(async (name: string, options: CreateClientOptions) => (await load()).createClient(name, options));

  withListOptions(subcommand('list', 'List clients, newest first'))
    .option('--text <text>', 'only those whose name, description, company or client_id contains this')
    .addOption(
      new Option('--kind <kind>', 'only this kind of application').choices([
        'web',
        'spa',
        'native',
        'device',
        'machine',
      ]),
    )
    .option('--unused-since <time>', 'only those that were not used since then')
    .option('--failing-since <time>', 'only those of which a request failed since then')
    .option('--failed-on <day>', 'only those of which a request failed on this day (UTC)')
    .option('--secret-created-before <time>', 'only those with a secret that was made before then')
    .option(
      '--unprotected-since <time>',
      'only those that redeemed a code without PKCE and nonce since that day',
    )
    .addOption(new Option('--sort <order>', 'the order').choices(['created', 'last_used']))
    .option('--deleted', 'those that are deleted and can be restored, instead of the live ones')
    .action(async (options: ListClientsOptions) => (await load()).listClients(options));

  subcommand('show', 'Show a client')
    .argument('<client>', CLIENT)
    .action(async (name: string, options: ClientOptions) => (await load()).showClient(name, options));

  withFields(subcommand('update', 'Change a client'))
    .argument('<client>', CLIENT)
    .option('--name <name>', 'client_name')
    .action(async (name: string, options: UpdateClientOptions) => (await load()).updateClient(name, options));

  subcommand('promote', 'Make a client public for good; it needs a verified publisher')
    .argument('<client>', CLIENT)
    .action(async (name: string, options: ClientOptions) => (await load()).promoteClient(name, options));

  withListOptions(subcommand('people', 'List the people who allowed a client something'))
    .argument('<client>', CLIENT)
    .action(async (name: string, options: ClientOptions & ListOptions) =>
      (await load()).listPeople(name, options),
    );

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

  subcommand('import', 'Bring clients of another system here, with their client_ids and secrets')
    .argument('<file>', 'what it exported, as JSON; - is standard input')
    .addOption(
      new Option(
        '--system <system>',
        'which system wrote it; by default what its first record looks like',
      ).choices(['postern', 'hydra', 'keycloak', 'logto', 'supabase', 'auth0']),
    )
    .option('--dry-run', 'write nothing, and tell what would be written')
    .option('--partial', 'import what can be, although other records fail; otherwise nothing is')
    .option('--update', 'change clients that are here and differ; otherwise they are conflicts')
    .action(async (file: string, options: ImportClientsOptions) =>
      (await import('./client-import.actions.js')).importClients(file, options),
    );

  subcommand('export', 'Print the clients that operators made as JSON, for an import elsewhere')
    .option('--with-secret-hashes', 'also the hashes of their secrets, which are to be kept like the secrets')
    .action(async (options: ExportClientsOptions) =>
      (await import('./client-import.actions.js')).exportClients(options),
    );

  subcommand(
    'initial-access-token',
    'Make a token with which others can register clients here; it is printed once',
  )
    .option('--expires-in <seconds>', 'how long it lasts', '86400')
    .option('--max-uses <count>', 'how many clients it registers', '1')
    .action(async (options: InitialAccessTokenOptions) => (await load()).createInitialAccessToken(options));

  withListOptions(
    subcommand('initial-access-tokens', 'List the initial access tokens that have not expired'),
  ).action(async (options: ClientOptions & ListOptions) => (await load()).listInitialAccessTokens(options));

  subcommand('revoke-initial-access-token', 'Revoke an initial access token')
    .argument('<id>', 'id of the token')
    .action(async (id: string, options: ClientOptions) =>
      (await load()).revokeInitialAccessToken(id, options),
    );
  return command;
}
