/** Times as people type them: `2026-11-22`, `2026-11-22T14:30`, with or without a zone, or how long ago: `7d`, `12h`. */

export const timeExpected =
  'Give a time as 2026-11-22, 2026-11-22T14:30:00Z or 2026-11-22T15:30+01:00 (UTC without a zone), or how long ago: 90m, 12h, 7d, 4w.';

const spans: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** Microseconds since 1970; undefined: that is no time. `now`: milliseconds. */
export function parseTime(text: string, now = Date.now()): number | undefined {
  const ago = /^([0-9]{1,6})([smhdw])$/.exec(text);
  if (ago) return (now - Number(ago[1]) * spans[ago[2]!]! * 1000) * 1000;
  const date =
    /^([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ]([0-9]{2}:[0-9]{2})(:[0-9]{2}(?:\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:?[0-9]{2})?)?$/i.exec(
      text,
    );
  if (!date) return undefined;
  const [, day, minutes = '00:00', rest = ':00', zone = 'Z'] = date;
  const [seconds = ':00', fraction = ''] = rest.split('.');
  const offset = zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone.toUpperCase();
  const milliseconds = Date.parse(`${day}T${minutes}${seconds}${offset}`);
  // What no calendar has (a 30th of February) is otherwise taken for the day after.
  if (Number.isNaN(milliseconds) || !isDay(day!)) return undefined;
  return milliseconds * 1000 + Number(fraction.padEnd(6, '0'));
}

function isDay(day: string): boolean {
  return new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);
}
