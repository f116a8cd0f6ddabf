import { randomBytes } from 'node:crypto';

/** Time-ordered so that new links lie together in the index: 12 hex digits of milliseconds, 20 random ones. */
export function createLinkId(): string {
  return Date.now().toString(16).padStart(12, '0') + randomBytes(10).toString('hex');
}
