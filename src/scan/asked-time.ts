/** Times as people type them, on the command line and in questions to the API: strict, for a time misread is a wrong answer. */

export const timeExpected =
  'Give a time as 2026-11-22, 2026-11-22T14:30:00Z or 2026-11-22T15:30+01:00 (UTC without a zone), or how long ago: 90m, 12h, 7d, 4w.';

/** Seconds. */
const spans: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

const dayAndTime =
  /^([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ]([0-9]{2}:[0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,6})[0-9]*)?)?(?:Z|([+-][0-9]{2}):?([0-9]{2}))?)?$/i;

/**
 * Microseconds since 1970: of `2026-11-22`, `2026-11-22T14:30:05.25+01:00` (UTC if it does not say), or `7d`: so long before
 * `now` (microseconds), but not before 1970. Undefined: it is no time, or none that a scan can have (1970 to 2255).
 */
export function askedTime(text: string, now: number): number | undefined {
  const [, amount, unit = ''] = /^([0-9]{1,9})([smhdw])$/.exec(text) ?? [];
  if (amount !== undefined) return Math.max(0, now - Number(amount) * (spans[unit] as number) * 1e6);
  const parts = dayAndTime.exec(text);
  if (!parts) return undefined;
  const [, day = '', minute = '00:00', second = '00', fraction = '', hours, minutes] = parts;
  const zone = hours === undefined ? 'Z' : `${hours}:${minutes}`;
  const milliseconds = Date.parse(`${day}T${minute}:${second}${zone}`);
  if (Number.isNaN(milliseconds) || !isDay(day)) return undefined;
  const time = milliseconds * 1000 + Number(fraction.padEnd(6, '0'));
  return time >= 0 && time <= Number.MAX_SAFE_INTEGER ? time : undefined;
}

/** `Date.parse` takes what no calendar has (a 30th of February) for the day after. */
function isDay(day: string): boolean {
  return new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);
}
