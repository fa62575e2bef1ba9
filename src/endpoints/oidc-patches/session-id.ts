import { Provider } from 'oidc-provider';

/**
 * Gives a session another id only at a sign-in or sign-out, where it prevents session fixation.
 *
 * Engine: lib/actions/authorization/resume.js:111 replaces the id after every page of an interaction, and
 * lib/models/session.js:91 deletes the old one before the browser has the new one: a browser that does not receive the
 * response is signed out.
 * Test: test/endpoints/oidc-interactions/session.test.ts, "a consent keeps the session's id" and "session fixation".
 */
export function keepSessionId(provider: Provider): void {
  const sessions = provider.Session.prototype;
  const resetIdentifier = Reflect.get<typeof sessions, 'resetIdentifier'>(sessions, 'resetIdentifier');
  sessions.resetIdentifier = function () {
    const result = Provider.ctx?.oidc.result;
    if (!result || result.login) resetIdentifier.call(this);
  };
}
