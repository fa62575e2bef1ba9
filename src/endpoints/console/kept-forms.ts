import { AppError } from '../../platform/errors/errors.js';
import { readForm } from '../../platform/http/body.js';
import type { Vault } from '../../platform/crypto/sealing.js';
import { sendPage } from '../../platform/pages/page-headers.js';
import type { Pages } from '../../platform/pages/pages.js';
import { OWN_SIGN_IN } from '../sign-in/own-paths.js';
import type { OwnContext } from '../sign-in/own-session.js';
import type { ConsoleLimits } from './console-limits.js';
import { SIGNED_IN } from './console-paths.js';

const FIELD = 'kept';
/** What was typed can be sent again for this long. */
const LIFETIME_MS = 4 * 3600_000;
/** Sealing and encoding make a form longer by a third. */
const FORM_BYTES = 1_100_000;
/** Fields that are not shown again: what a form has for itself, and passwords. */
const OWN_FIELDS = ['csrf', 'version', 'base', 'theirs', 'fallback_id', 'password'];

/**
 * Keeps what was typed into a form that was sent when the session had ended, or when its sign-in was too old. The page
 * that answers has the form, sealed; the person signs in in another tab and sends the copy, which leads to the same form
 * with a token of the new session. Nothing is stored, and the copy alone changes nothing.
 */
export class KeptForms {
  constructor(
    private readonly vault: Vault,
    private readonly pages: Pages,
    private readonly limits: Pick<ConsoleLimits, 'countKeptForm'>,
  ) {}

  /** Answers a form that came without a session with the page that keeps it. Throws TooManyAttempts. */
  async keep(ctx: OwnContext): Promise<void> {
    requireOwnForm(ctx);
    this.limits.countKeptForm(ctx.ip);
    const form = await readForm(ctx, FORM_BYTES);
    const kept = form.get(FIELD) ?? this.#seal(form, ctx.path);
    this.#show(ctx, kept, `${OWN_SIGN_IN}?${new URLSearchParams({ to: SIGNED_IN }).toString()}`, true);
  }

  /** If the form is that of a record, answers with the page that keeps it until a newer sign-in, and returns true. */
  async keepOfRecord(ctx: OwnContext, signInUrl: string): Promise<boolean> {
    if (ctx.get('Sec-Fetch-Site') !== 'same-origin') return false;
    const form = await readForm(ctx, FORM_BYTES);
    if (!form.has('base')) return false;
    this.#show(ctx, this.#seal(form, ctx.path), signInUrl, false);
    return true;
  }

  /** If the form is a kept one, answers with what was typed, to be sent again, and returns true. */
  async restore(ctx: OwnContext): Promise<boolean> {
    if (ctx.method !== 'POST' || ctx.query[FIELD] === undefined) return false;
    requireOwnForm(ctx);
    const kept = (await readForm(ctx, FORM_BYTES)).get(FIELD) ?? '';
    const fields = [...this.#open(kept, ctx.path)]
      .filter(([name]) => name !== 'csrf')
      .map(([name, value]) => ({ name, value, isShown: !OWN_FIELDS.includes(name) && value !== '' }));
    const model = { action: ctx.path, csrf: ctx.state.person.csrf, fields };
    sendPage(ctx, this.pages.render('console/form-again', model), { status: 200 });
    return true;
  }

  #show(ctx: OwnContext, kept: string, signInUrl: string, isSignedOut: boolean): void {
    const model = { action: ctx.path, kept, signInUrl, isSignedOut };
    sendPage(ctx, this.pages.render('console/kept-form', model), { status: 401 });
    ctx.set('WWW-Authenticate', 'Cookie');
  }

  #seal(form: URLSearchParams, path: string): string {
    const content = JSON.stringify({ until: Date.now() + LIFETIME_MS, form: form.toString() });
    return this.vault.seal('kept-forms', content, path).toString('base64url');
  }

  #open(kept: string, path: string): URLSearchParams {
    try {
      const content = this.vault.open('kept-forms', Buffer.from(kept, 'base64url'), path).toString();
      const { until, form } = JSON.parse(content) as { until: number; form: string };
      if (until > Date.now()) return new URLSearchParams(form);
    } catch {
      // Of another server, another form, or changed.
    }
    throw new AppError(
      'malformed',
      'What was typed can no longer be sent from that page; fill in the form again.',
    );
  }
}

/** Browsers say which page sent a form. Without that, a copy made elsewhere might be sent from elsewhere. */
function requireOwnForm(ctx: OwnContext): void {
  if (ctx.get('Sec-Fetch-Site') === 'same-origin') return;
  throw new AppError('malformed', 'This form did not come from our page.');
}
