import { randomBytes } from 'node:crypto';
import type Koa from 'koa';
import { AppError } from '../../platform/errors/errors.js';
import { readForm } from '../../platform/http/body.js';
import type { FormTokens } from '../../platform/pages/form-tokens.js';
import { OwnCookie } from '../../platform/cookies/own-cookie.js';

const FORM_BYTES = 20_000;

/** Forms of pages for which nobody is signed in. Their CSRF token belongs to a random number in a cookie. */
export class AnonymousForms {
  readonly #cookie: OwnCookie;

  constructor(
    private readonly tokens: FormTokens,
    issuer: string,
  ) {
    this.#cookie = new OwnCookie(issuer, 'postern_form');
  }

  /** The CSRF token for forms of this browser; sets the cookie where there is none. */
  csrf(ctx: Koa.Context): string {
    let key = this.#cookie.read(ctx);
    if (key === undefined) {
      key = randomBytes(16).toString('base64url');
      this.#cookie.write(ctx, key);
    }
    return this.tokens.issue(contextOf(key));
  }

  /** The form that was sent. Throws AppError `malformed` when another site sent it or it is not one of this browser. */
  async read(ctx: Koa.Context): Promise<URLSearchParams> {
    const site = ctx.get('Sec-Fetch-Site');
    const key = this.#cookie.read(ctx);
    const form = await readForm(ctx, FORM_BYTES);
    if (key === undefined || (site !== '' && site !== 'same-origin')) {
      throw new AppError('malformed', 'This form did not come from our page, or the page was out of date.');
    }
    this.tokens.check(form, contextOf(key));
    return form;
  }
}

function contextOf(key: string): string {
  return `anonymous form ${key}`;
}
