/** The times that views offer. */

export const ranges = [
  { value: '1h', label: 'last hour', seconds: 3600 },
  { value: '24h', label: 'last 24 hours', seconds: 86_400 },
  { value: '7d', label: 'last 7 days', seconds: 7 * 86_400 },
  { value: '30d', label: 'last 30 days', seconds: 30 * 86_400 },
  { value: '365d', label: 'last year', seconds: 365 * 86_400 },
] as const;

/** Of `24h`, or of a time; milliseconds since 1970. */
export function beginning(since: string, now: number): number {
  const [, amount, unit] = /^(\d+)([smhdw])$/.exec(since) ?? [];
  const seconds = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }[unit ?? ''];
  return amount !== undefined && seconds !== undefined ? now - Number(amount) * seconds * 1000 : Date.parse(since);
}

/** Can it be drawn? An address may hold any text, and an end before its beginning. */
export function isStretch(since: number, until: number): boolean {
  return until > since;
}

/** As a field for local time has it: without zone, in seconds. */
export function fieldTime(milliseconds: number): string {
  if (Number.isNaN(milliseconds)) return '';
  const local = new Date(milliseconds - new Date(milliseconds).getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 19);
}

/** The time that stands in such a field, as filters have it; empty: none. */
export function filterTime(field: string): string {
  const time = Date.parse(field);
  return Number.isNaN(time) ? '' : new Date(time).toISOString();
}

const lengths = [60, 300, 900, 3600, 4 * 3600, 86_400, 7 * 86_400];

/** Seconds: so that about a hundred bars stand beside each other. */
export function bucketFor(since: number, until: number): number {
  const seconds = (until - since) / 1000;
  return lengths.find((length) => seconds / length <= 180) ?? 7 * 86_400;
}
