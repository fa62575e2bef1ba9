/** The name of the engine's question that a person cannot answer: they may not authorize the client. */
export const MEMBERSHIP_PROMPT = 'membership';

/** What the relying party is told of it. */
export const NOT_A_MEMBER = 'this client is only for members of the organization that it belongs to';
