/** Tokens of the API: made here, shown once, kept as a hash. */

import { createHash, randomBytes } from 'node:crypto';

export const roles = ['read', 'write'] as const;
/** read: look at everything. write: also change incidents, authorised scanners, acknowledgements and comments. */
export type Role = (typeof roles)[number];

/** Named, so that scanners for leaked secrets can find it, and so can a person who wonders what that string is. */
const prefix = 'trespass_';

/** 256 random bits as 43 characters after the prefix. */
export function newToken(): string {
  return prefix + randomBytes(32).toString('base64url');
}

/** Every token looks so; what does not is refused before anything is looked up. */
export function isToken(text: string): boolean {
  return /^trespass_[A-Za-z0-9_-]{43}$/.test(text);
}

/**
 * 64 hex digits: SHA-256. A slow hash (scrypt, Argon2) slows down the guessing of passwords that people choose; 256 random
 * bits cannot be guessed at any speed, and a slow hash would let anyone without a token keep the server busy.
 */
export function tokenHash(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

export function allows(role: Role, needed: Role): boolean {
  return role === 'write' || needed === 'read';
}
