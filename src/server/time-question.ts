/** Times as people ask for them. */

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** Days before 1970 or after 2255 are in no store, and more digits than these are no number of ours. */
const latest = Number.MAX_SAFE_INTEGER;

/**
 * Microseconds since 1970: of `2026-11-23`, `2026-11-23T08:00:00Z` (UTC if it does not say), or `24h`: so long before
 * `now` (microseconds). Undefined: neither.
 */
export function askedTime(text: string, now: number): number | undefined {
  const [, amount, unit] = /^([0-9]{1,9})([smhdw])$/.exec(text) ?? [];
  if (amount !== undefined && unit !== undefined) return Math.max(0, now - Number(amount) * units[unit]! * 1e6);
  const parts =
    /^([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ]([0-9]{2}:[0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,6})[0-9]*)?)?(Z|[+-][0-9]{2}:[0-9]{2})?)?$/.exec(
      text,
    );
  if (!parts) return undefined;
  const [, day, minute = '00:00', second = '00', fraction = '', zone = 'Z'] = parts;
  const milliseconds = Date.parse(`${day}T${minute}:${second}${zone}`);
  if (Number.isNaN(milliseconds)) return undefined;
  return Math.min(latest, Math.max(0, milliseconds * 1000 + Number(fraction.padEnd(6, '0'))));
}
