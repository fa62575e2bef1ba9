import { AppError } from './errors.js';

/** What was sent belongs to a page that is out of date: the person can open it again and go on. */
export class OutdatedPage extends AppError {
  constructor(message: string) {
    super('malformed', message);
  }
}
