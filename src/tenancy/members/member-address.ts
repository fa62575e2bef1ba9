/** Members with the accounts that they are, in SQL. */
export const MEMBERS_WITH_ACCOUNTS = `members m LEFT JOIN accounts a
  ON a.id = CASE WHEN m.subject ~ '^account:[0-9a-f-]{36}$' THEN substr(m.subject, 9)::uuid END`;

/**
 * The e-mail address of a member, in SQL: the one that the subject is, or that of the account where the role was given to
 * the address, is of the installation, or where this condition holds.
 */
export const memberAddress = (also = 'false') => `CASE WHEN m.subject LIKE 'email:%' THEN substr(m.subject, 7)
    WHEN m.email_named OR m.org_id IS NULL OR ${also} THEN a.email END`;
