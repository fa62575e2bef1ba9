import { Provider } from 'oidc-provider';
import { requestState } from '../../../adapters/request-state.js';

/**
 * Gives a session another id only at a sign-in or sign-out, where it prevents session fixation, and replaces the former id
 * in one statement, which does nothing when the session was ended meanwhile.
 *
 * Engine: lib/actions/authorization/resume.js:111 replaces the id after every page of an interaction, and
 * lib/models/session.js:91 deletes the old one before the browser has the new one, and before the new one is written: a
 * browser that does not receive the response is signed out, and a session that was ended during the request would come back.
 * Test: test/endpoints/oidc-interactions/session.test.ts, "a consent keeps the session's id" and "session fixation";
 * test/identity/sessions/ended-sessions.test.ts.
 */
export function keepSessionId(provider: Provider): void {
  const sessions = provider.Session.prototype as typeof provider.Session.prototype & { oldId?: string };
  const resetIdentifier = Reflect.get<typeof sessions, 'resetIdentifier'>(sessions, 'resetIdentifier');
  sessions.resetIdentifier = function () {
    const result = Provider.ctx?.oidc.result;
    if (!result || result.login) resetIdentifier.call(this);
  };
  const save = Reflect.get<typeof sessions, 'save'>(sessions, 'save');
  sessions.save = function (this: typeof sessions, ttl) {
    // The adapter replaces the row that the request has read.
    if (requestState()?.session !== undefined) delete this.oldId;
    return save.call(this, ttl);
  };
}
