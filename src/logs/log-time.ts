/** Dates of logs, as microseconds since 1970. NaN: there is none, or one that cannot be. */

/** Where `isoTime` ends, too. */
const latest = Number.MAX_SAFE_INTEGER;

/** Seconds since 1970 with a fraction: Zeek's `ts`, nginx's `$msec`. */
export function epochTime(seconds: number): number {
  const time = Math.round(seconds * 1e6);
  return time >= 0 && time <= latest ? time : Number.NaN;
}

const iso = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9})\d*)?(?:Z|([+-])(\d\d):?(\d\d))?$/;

/** ISO 8601, also with an offset without colon (EVE) and with a blank for the T. Without an offset: UTC. */
export function isoTimestamp(text: string): number {
  const parts = iso.exec(text);
  if (!parts) return Number.NaN;
  const [, year, month, day, hour, minute, second, fraction = '', sign, offsetHours = '0', offsetMinutes = '0'] = parts;
  const microseconds = Number(fraction.slice(0, 6).padEnd(6, '0'));
  return assemble(
    [year, month, day, hour, minute, second].map(Number),
    offset(sign, offsetHours, offsetMinutes),
    microseconds,
  );
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const common = /^(\d\d)\/([A-Z][a-z]{2})\/(\d{4}):(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))? ([+-])(\d\d)(\d\d)$/;

/** `10/Oct/2026:13:55:36 -0700`: the common log format of web servers. */
export function commonLogTime(text: string): number {
  const parts = common.exec(text);
  if (!parts) return Number.NaN;
  const [, day, month = '', year, hour, minute, second, fraction = '', sign, offsetHours = '0', offsetMinutes = '0'] =
    parts;
  const number = months.indexOf(month) + 1;
  const microseconds = Number(fraction.padEnd(6, '0'));
  return assemble(
    [Number(year), number, Number(day), Number(hour), Number(minute), Number(second)],
    offset(sign, offsetHours, offsetMinutes),
    microseconds,
  );
}

/** Minutes east of Greenwich. */
function offset(sign: string | undefined, hours: string, minutes: string): number {
  const amount = Number(hours) * 60 + Number(minutes);
  return sign === '-' ? -amount : amount;
}

function assemble(parts: readonly number[], offsetMinutes: number, microseconds: number): number {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts;
  // 60: a leap second. Date.UTC would quietly turn the 31st of February into March.
  if (month < 1 || month > 12 || hour > 23 || minute > 59 || second > 60) return Number.NaN;
  const midnight = new Date(0).setUTCFullYear(year, month - 1, day);
  if (day < 1 || new Date(midnight).getUTCDate() !== day) return Number.NaN;
  const seconds = midnight / 1000 + hour * 3600 + (minute - offsetMinutes) * 60 + second;
  const time = seconds * 1e6 + microseconds;
  return time >= 0 && time <= latest ? time : Number.NaN;
}
