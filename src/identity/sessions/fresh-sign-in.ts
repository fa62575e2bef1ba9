/** How long ago a sign-in may be for what matters, in seconds: on our own pages, in the admin API, and to set up a factor. */
export const FRESH_SECONDS = 600;
