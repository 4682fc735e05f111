import { firstWait } from './output-limits.ts';

/**
 * Milliseconds to wait after so many failures in a row (from 1): exponential, and of that a random part, so that many
 * senders do not come back to a receiver all at once; never less than a tenth of the first wait.
 */
export function backOff(failures: number, longest: number, random: () => number = Math.random): number {
  const ceiling = Math.min(firstWait * 2 ** Math.min(failures - 1, 30), longest);
  return Math.max(Math.round(random() * ceiling), firstWait / 10);
}
