import type { Settings } from '../../settings/settings.js';
import type { Limit } from './attempts.service.js';
import { networkOf } from './network.js';

const MINUTE = 60;
const HOUR = 60 * MINUTE;

export type RateLimits = ReturnType<typeof makeRateLimits>;

/**
 * Every rate limit of the server: what is counted, the setting that bounds it, and the length of the window. Addresses
 * are counted by network, see `networkOf`.
 */
export function makeRateLimits({ attempts, registration }: Pick<Settings, 'attempts' | 'registration'>) {
  return {
    /** Sign-ins to one account: protects its password from guessing. A success clears it. */
    signInToAccount: (email: string): Limit => ({
      key: `sign-in account ${email}`,
      limit: attempts.signInPerAccount,
      windowSeconds: 15 * MINUTE,
    }),
    /** Sign-ins to one account from a browser that signed in to it before: not used up by strangers. */
    signInFromBrowser: (email: string, browser: string): Limit => ({
      key: `sign-in browser ${browser} ${email}`,
      limit: attempts.signInPerAccount,
      windowSeconds: 15 * MINUTE,
    }),
    /** Failed sign-ins from one network: protects accounts from guessing one password for many of them. */
    signInFromAddress: (address: string): Limit => ({
      key: `sign-in address ${networkOf(address)}`,
      limit: attempts.signInPerAddress,
      windowSeconds: 15 * MINUTE,
    }),
    /** Codes of a second factor for one account: protects them from guessing. A success clears it. */
    secondFactor: (accountId: string): Limit => ({
      key: `second factor account ${accountId}`,
      limit: attempts.secondFactor,
      windowSeconds: 15 * MINUTE,
    }),
    /** Failed codes of second factors from one network. */
    secondFactorFromAddress: (address: string): Limit => ({
      key: `second factor address ${networkOf(address)}`,
      limit: 10 * attempts.secondFactor,
      windowSeconds: 15 * MINUTE,
    }),
    /** Changes of the ways to sign in to one account. */
    factorChange: (accountId: string): Limit => ({
      key: `factor change ${accountId}`,
      limit: 20,
      windowSeconds: HOUR,
    }),
    /** A challenge of a passkey (WebAuthn section 13.4.3), which is accepted once; it is valid for five minutes. */
    passkeyChallenge: (challenge: string): Limit => ({
      key: `passkey challenge ${challenge}`,
      limit: 1,
      windowSeconds: 5 * MINUTE,
    }),
    /** Changes of one's own password: protects the present one from guessing by who has got hold of a session. */
    changePassword: (accountId: string): Limit => ({
      key: `change password ${accountId}`,
      limit: attempts.signInPerAccount,
      windowSeconds: 15 * MINUTE,
    }),
    /** Mails with a code to one address: protects its owner from a flood of them, and the code from guessing. */
    codeMail: (purpose: string, email: string): Limit => ({
      key: `code mail ${purpose} ${email}`,
      limit: attempts.recovery,
      windowSeconds: HOUR,
    }),
    /** Requests of one network to recover a password. */
    recoveryFromAddress: (address: string): Limit => ({
      key: `recovery address ${networkOf(address)}`,
      limit: 7 * attempts.recovery,
      windowSeconds: HOUR,
    }),
    /** Codes and links from mails that one network tries. */
    codeFromAddress: (address: string): Limit => ({
      key: `code address ${networkOf(address)}`,
      limit: 100,
      windowSeconds: 15 * MINUTE,
    }),
    /** Sign-ups that one network begins. */
    signUpFromAddress: (address: string): Limit => ({
      key: `sign-up address ${networkOf(address)}`,
      limit: attempts.signUp,
      windowSeconds: HOUR,
    }),
    /** Changes of the e-mail address of one account. */
    emailChange: (accountId: string): Limit => ({
      key: `e-mail change ${accountId}`,
      limit: 5,
      windowSeconds: 24 * HOUR,
    }),
    /** Wrong secrets of one client from one network: bounds the cost of bcrypt, and protects the secret from guessing. */
    clientSecret: (clientId: string, address: string): Limit => ({
      key: `client secret ${clientId} ${networkOf(address)}`,
      limit: attempts.clientSecret,
      windowSeconds: MINUTE,
    }),
    /** Requests of one network that store a row without anybody signed in: bounds how many such rows there are. */
    anonymousRequest: (address: string): Limit => ({
      key: `anonymous ${networkOf(address)}`,
      limit: attempts.anonymous,
      windowSeconds: 15 * MINUTE,
    }),
    /** Documents of clients that requests from one network have fetched: bounds what is sent to hosts that they name. */
    clientDocument: (address: string): Limit => ({
      key: `client document ${networkOf(address)}`,
      limit: attempts.clientDocument,
      windowSeconds: 15 * MINUTE,
    }),
    /** User codes typed from one network: protects them from guessing (RFC 8628 section 5.1). */
    userCode: (address: string): Limit => ({
      key: `user code ${networkOf(address)}`,
      limit: attempts.userCode,
      windowSeconds: 15 * MINUTE,
    }),
    /** Requests of one kind with a device code that the person has not answered yet: a second less than the interval of 5 s apart. */
    devicePoll: (deviceCode: string, kind: string): Limit => ({
      key: `device poll ${kind} ${deviceCode}`,
      limit: 1,
      windowSeconds: 4,
    }),
    /** Requests of one account to the console; counted by each process. */
    consoleRequest: (accountId: string): Limit => ({
      key: `console request ${accountId}`,
      limit: attempts.consoleRequests,
      windowSeconds: MINUTE,
    }),
    /** Changes in the console that need a fresh sign-in, by one account: bounds what a stolen session can do. */
    consoleChange: (accountId: string): Limit => ({
      key: `console change ${accountId}`,
      limit: attempts.consoleChanges,
      windowSeconds: HOUR,
    }),
    /** Forms of the console that one network sends without a session, and gets back sealed; counted by each process. */
    keptForm: (address: string): Limit => ({
      key: `kept form ${networkOf(address)}`,
      limit: attempts.consoleRequests,
      windowSeconds: MINUTE,
    }),
    /** Accounts that one operator disables or deletes, or whose address, password or second factors that operator replaces, in the console. */
    accountLockout: (accountId: string): Limit => ({
      key: `account lockout ${accountId}`,
      limit: Math.ceil(attempts.consoleChanges / 3),
      windowSeconds: HOUR,
    }),
    /** Requests of clients for one person, who gets a mail of each (CIBA). */
    backchannelRequest: (email: string): Limit => ({
      key: `backchannel request ${email}`,
      limit: 10,
      windowSeconds: 15 * MINUTE,
    }),
    /** Test messages and repeated deliveries to the webhooks of one organization, or of the installation. */
    webhookSend: (organization: string | null): Limit => ({
      key: `webhook send ${organization ?? 'installation'}`,
      limit: 100,
      windowSeconds: 15 * MINUTE,
    }),
    /** Dynamic registrations from one network: protects the registry from being filled. */
    registration: (address: string): Limit => ({
      key: `registration ${networkOf(address)}`,
      limit: registration.attemptsPerHour,
      windowSeconds: HOUR,
    }),
  };
}
