import { Eta } from 'eta';
import { packageFile } from '../files/package-files.js';
import { dayAndTime, type MailSite, type Occasion } from './mail-content.js';
import { mailContent, type MailModel, type MailTemplate } from './mail-messages.js';
import { shownNetwork } from './shown-network.js';

/** A mail as it is sent. */
export interface RenderedMail {
  subject: string;
  text: string;
  html: string;
}

const VIEWS = packageFile('views/mail');

/** Makes the text and the HTML of mails from the pair of templates in `views/mail/`. */
export class MailRenderer {
  readonly #html = new Eta({ views: VIEWS, autoEscape: true, cache: true, autoTrim: false });
  readonly #text = new Eta({ views: VIEWS, autoEscape: false, cache: true, autoTrim: false });

  constructor(private readonly site: MailSite) {}

  render<Template extends MailTemplate>(
    to: string,
    template: Template,
    model: MailModel<Template>,
  ): RenderedMail {
    const content = mailContent(this.site, template, withoutControls(model));
    const view = {
      ...content,
      to,
      site: this.site,
      occurred: content.occasion && occurrence(content.occasion),
    };
    return {
      subject: content.subject,
      text: this.#text.render('message-text', view).replace(/\n{3,}/g, '\n\n'),
      html: this.#html.render('message', view),
    };
  }
}

/** `26 November 2026, 13:05 UTC, with Firefox on Linux, from the network 192.0.2.0/24.` in its two parts. */
function occurrence({ at, browser, address }: Occasion) {
  const from = address === undefined || address === null ? '' : `, from the network ${shownNetwork(address)}`;
  return {
    iso: at.toISOString(),
    time: dayAndTime(at),
    how: `${browser === undefined ? '' : `, with ${browser}`}${from}.`,
  };
}

/** The model without control characters and line breaks, which would change the layout of the text. */
function withoutControls<T extends object>(model: T): T {
  const entries = Object.entries(model).map(([name, value]: [string, unknown]) => [
    name,
    typeof value === 'string' ? value.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ') : value,
  ]);
  return Object.fromEntries(entries) as T;
}
