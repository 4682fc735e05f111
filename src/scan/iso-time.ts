/**
 * `2026-11-22T23:34:56.123456Z` for microseconds since 1970. A capture may claim any time at all: what no date can say
 * becomes the nearest that one can, the years 1970 to 2255.
 */
export function isoTime(microseconds: number): string {
  const time = Number.isNaN(microseconds)
    ? 0
    : Math.min(Math.max(Math.floor(microseconds), 0), Number.MAX_SAFE_INTEGER);
  const seconds = Math.floor(time / 1e6);
  const date = new Date(seconds * 1000).toISOString().slice(0, 19);
  return `${date}.${String(time - seconds * 1e6).padStart(6, '0')}Z`;
}
