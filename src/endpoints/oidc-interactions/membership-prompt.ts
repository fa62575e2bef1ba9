/** The engine's prompt for a person who may not authorize the client; it can only be aborted. */
export const MEMBERSHIP_PROMPT = 'membership';

/** The `error_description` for the relying party. */
export const NOT_A_MEMBER = 'this client is only for members of the organization that it belongs to';
