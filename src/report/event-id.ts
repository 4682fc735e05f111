import type { Alert } from '../scan/alert.ts';

/**
 * One name for one telling of a scan: opened, over, raised by an incident. The same alert sent twice has the same one, so
 * that a receiver can tell repetitions.
 */
export function eventId({ scan, state, raisedFrom, severity }: Alert): string {
  return raisedFrom === undefined ? `${scan}-${state}` : `${scan}-${state}-${severity}`;
}
