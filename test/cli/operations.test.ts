import { execFileSync } from 'node:child_process';
import type { Command } from 'commander';
import { describe, expect, test } from '@jest/globals';
import { completionScript } from '../../src/cli/completion/completion-script.js';
import { table } from '../../src/cli/table.js';
import { createProgram } from '../../src/cli/run.js';
import { ADMIN_API_ROUTES } from '../../src/endpoints/admin/admin-api.js';

const LEVELS = ['Installation', 'Organization', 'Project'];
const ofLevels = (operation: string, command: string) =>
  LEVELS.map((level): [string, string] => [operation.replace('*', level), command]);

/** The command that does what an operation of the admin API does. */
const COMMANDS = new Map([
  ['listOrganizations', 'org list'],
  ['createOrganization', 'org create'],
  ['getOrganization', 'org show'],
  ['updateOrganization', 'org update'],
  ['deleteOrganization', 'org delete'],
  ['listProjects', 'project list'],
  ['createProject', 'project create'],
  ['getProject', 'project show'],
  ['updateProject', 'project update'],
  ['deleteProject', 'project delete'],
  ...ofLevels('list*Members', 'member list'),
  ...ofLevels('add*Member', 'member add'),
  ...ofLevels('update*Member', 'member update'),
  ...ofLevels('remove*Member', 'member remove'),
  ...ofLevels('list*Invitations', 'invitation list'),
  ...ofLevels('create*Invitation', 'invitation create'),
  ...ofLevels('revoke*Invitation', 'invitation revoke'),
  ...ofLevels('list*Webhooks', 'webhook list'),
  ...ofLevels('create*Webhook', 'webhook create'),
  ...ofLevels('get*Webhook', 'webhook show'),
  ...ofLevels('update*Webhook', 'webhook update'),
  ...ofLevels('rotate*WebhookSecret', 'webhook rotate-secret'),
  ...ofLevels('test*Webhook', 'webhook test'),
  ...ofLevels('delete*Webhook', 'webhook delete'),
  ...ofLevels('list*WebhookDeliveries', 'webhook deliveries'),
  ...ofLevels('redeliver*WebhookDelivery', 'webhook redeliver'),
  ['listAccounts', 'account list'],
  ['createAccount', 'account create'],
  ['getAccount', 'account show'],
  ['updateAccount', 'account update'],
  ['setAccountPassword', 'account set-password'],
  ['disableAccount', 'account disable'],
  ['enableAccount', 'account enable'],
  ['deleteAccount', 'account delete'],
  ['restoreAccount', 'account restore'],
  ['listAccountSessions', 'account sessions'],
  ['endAccountSession', 'account end-sessions'],
  ['endAccountSessions', 'account end-sessions'],
  ['listAccountGrants', 'account apps'],
  ['revokeAccountGrants', 'account revoke-app'],
  ['endAccountAccess', 'account end-access'],
  ['getAccountFactors', 'account factors'],
  ['listAccountRoles', 'account roles'],
  ['sendAccountRecovery', 'account send-recovery'],
  ['resetAccountFactors', 'account reset-factors'],
  ['listClients', 'client list'],
  ['createClient', 'client create'],
  ['getClient', 'client show'],
  ['updateClient', 'client update'],
  ['deleteClient', 'client delete'],
  ['restoreClient', 'client restore'],
  ['rotateClientSecret', 'client rotate-secret'],
  ['deleteRotatedClientSecret', 'client delete-rotated-secret'],
  ['importClients', 'client import'],
  ['listPeopleOfClient', 'client people'],
  ['listInitialAccessTokens', 'client initial-access-tokens'],
  ['createInitialAccessToken', 'client initial-access-token'],
  ['deleteInitialAccessToken', 'client revoke-initial-access-token'],
  ['listScopes', 'scope list'],
  ['createScope', 'scope create'],
  ['getScope', 'scope show'],
  ['updateScope', 'scope update'],
  ['deleteScope', 'scope delete'],
  ['listClientsOfScope', 'scope clients'],
  ['listApis', 'api list'],
  ['createApi', 'api create'],
  ['getApi', 'api show'],
  ['updateApi', 'api update'],
  ['deleteApi', 'api delete'],
  ['listAuthorizationDetailsTypes', 'details-type list'],
  ['createAuthorizationDetailsType', 'details-type create'],
  ['getAuthorizationDetailsType', 'details-type show'],
  ['updateAuthorizationDetailsType', 'details-type update'],
  ['deleteAuthorizationDetailsType', 'details-type delete'],
  ['getClientUsage', 'usage'],
  ['getProjectUsage', 'usage'],
  ['getOrganizationUsage', 'usage'],
  ['getClientHourlyUsage', 'usage'],
  ['getProjectHourlyUsage', 'usage'],
  ['listClientFailures', 'usage'],
  ['listProjectAuditEvents', 'audit'],
  ['listOrganizationAuditEvents', 'audit'],
  ['listAuditEvents', 'audit'],
  ['listDevelopmentMails', 'mail list'],
  ['getDevelopmentMail', 'mail show'],
  ['getInstallation', 'installation'],
  ['listSettings', 'settings'],
  ['listKeys', 'keys list'],
  ['rotateKeys', 'keys rotate'],
  ['listJobs', 'jobs list'],
  ['listOutboxMessages', 'outbox list'],
  ['redeliverOutboxMessage', 'outbox redeliver'],
]);

/** Operations without a command, each with the reason. */
const WITHOUT_COMMAND = new Map([
  ...LEVELS.flatMap((level): [string, string][] => [
    [`get${level}Member`, 'member list shows the whole record'],
    [`get${level}Invitation`, 'invitation list shows the whole record'],
  ]),
  ['getProjectOverview', 'figures of the first page of the console; usage and client list have them'],
]);

const program = createProgram();
const OPERATIONS = ADMIN_API_ROUTES.flatMap(({ operations }) => operations.map(({ id }) => id));

function find(path: string): Command | undefined {
  return path
    .split(' ')
    .reduce<Command | undefined>((at, name) => at?.commands.find((one) => one.name() === name), program);
}

describe('the command line', () => {
  test('has a command for every operation of the admin API, or a reason why not', () => {
    const missing = OPERATIONS.filter((id) => !COMMANDS.has(id) && !WITHOUT_COMMAND.has(id));
    expect(missing).toEqual([]);
    const stale = [...COMMANDS.keys(), ...WITHOUT_COMMAND.keys()].filter((id) => !OPERATIONS.includes(id));
    expect(stale).toEqual([]);
  });

  test('has each of these commands, with --json', () => {
    for (const path of new Set(COMMANDS.values())) {
      const options = find(path)?.options.map(({ long }) => long) ?? [];
      expect([path, options.includes('--json')]).toEqual([path, true]);
    }
  });
});

describe('completion', () => {
  const inBash = (...words: string[]) => {
    const quoted = words.map((word) => `'${word}'`).join(' ');
    const typed = `COMP_WORDS=(${quoted}); COMP_CWORD=${String(words.length - 1)}; _postern; echo "\${COMPREPLY[@]}"`;
    const script = `${completionScript('bash', program)}\n${typed}`;
    return execFileSync('bash', ['-c', script], { encoding: 'utf8' }).trim().split(' ');
  };

  test('in bash knows commands, subcommands and options', () => {
    expect(inBash('postern', 'acc')).toEqual(['account']);
    expect(inBash('postern', 'client', 'promo')).toEqual(['promote']);
    expect(inBash('postern', 'client', '--x', 'update', '--na')).toEqual(['--name']);
    expect(inBash('postern', 'client', 'update', 'a-client', '--jso')).toEqual(['--json']);
    expect(inBash('postern', 'wor')).toEqual(['']);
  });

  test.each(['zsh', 'fish'] as const)('in %s has every command with its description', (shell) => {
    const script = completionScript(shell, program);
    for (const path of new Set(COMMANDS.values())) {
      expect(script).toContain(path);
      expect(script).toContain((find(path)?.description() ?? '').split("'")[0]);
    }
  });
});

describe('tables', () => {
  const rows = [
    ['ID', 'NAME', 'REDIRECT'],
    ['1', 'A name of some length', 'https://application.example/a/long/way/callback'],
  ];

  test('fit the terminal, by shortening their widest columns', () => {
    const lines = table(rows, 60, 50).split('\n');
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(50);
    expect(lines[1]).toMatch(/^1 {3}A name of some length {2}https:.*…$/);
  });

  test('keep eight columns for a cell, however narrow the terminal is', () => {
    expect(table(rows, 60, 10).split('\n')[1]).toBe('1   A name …  https:/…');
  });

  test.each([60, 70, 80])('of %d columns keep times and actions, and drop what has no room', (terminal) => {
    const events = [
      ['WHEN', 'ACTION', 'ACTOR', 'TARGET', 'FIELDS'],
      ['2026-11-27T18:19:49.123Z', 'client.updated', 'ada.lovelace@people.example', 'Photo book', 'company'],
      [
        '2026-11-27T18:20:00.000Z',
        'client.publisher_verification_failed',
        'installation',
        '4049b524-f804-409a-9915-f6186bdc7729',
        'client_uri_verification',
      ],
    ];
    const lines = table(events, 60, terminal).split('\n');
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(terminal);
    expect(lines[1]).toMatch(/^2026-11-27 18:19 {2}client\.updated +ada\.l/);
    const action =
      terminal === 60 ? /client\.publisher_verification_f.*…/ : /client\.publisher_verification_failed/;
    expect(lines[2]).toMatch(new RegExp(`^2026-11-27 18:20  ${action.source}  instal`));
  });

  test('are whole where the output is no terminal', () => {
    expect(table(rows, 60, undefined)).toContain('https://application.example/a/long/way/callback');
  });
});
