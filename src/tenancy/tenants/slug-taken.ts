import { AppError } from '../../platform/errors/errors.js';

/** The conflict of a slug that another organization, or another project of the organization, has. */
export function slugTaken(what: 'organization' | 'project'): AppError {
  return new AppError('conflict', `There is another ${what} with this slug.`, {
    errors: [{ pointer: '/slug', detail: 'Choose another slug.' }],
  });
}
