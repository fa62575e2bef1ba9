import type { Profile } from './profile.js';

/** A person who can sign in. */
export interface Account {
  /** The subject (`sub`) of every token about this person; never changes. */
  id: string;
  email: string;
  emailVerified: boolean;
  profile: Profile;
  createdAt: Date;
  updatedAt: Date;
}
