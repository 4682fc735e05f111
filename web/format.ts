/** Times and numbers as people read them. */

const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
const dayOfYear = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });

/** In the reader's own time zone; of another day with the date. */
export function whenText(time: string, now = new Date()): string {
  const date = new Date(time);
  if (date.toDateString() === now.toDateString()) return clock.format(date);
  const format = date.getFullYear() === now.getFullYear() ? dayOfYear : day;
  return `${format.format(date)}, ${clock.format(date)}`;
}

/** `3 min ago` */
export function agoText(time: string, now = Date.now()): string {
  const seconds = Math.max(0, (now - Date.parse(time)) / 1000);
  return seconds < 10 ? 'just now' : `${durationText(seconds)} ago`;
}

const steps: readonly [length: number, unit: string][] = [
  [86_400 * 365, 'years'],
  [86_400, 'days'],
  [3600, 'h'],
  [60, 'min'],
  [1, 's'],
];

/** In its largest unit: `2 h`. */
export function durationText(seconds: number): string {
  const [length, unit] = steps.find(([size]) => seconds >= size) ?? [1, 's'];
  const amount = Math.floor(seconds / length);
  return `${amount} ${amount === 1 ? unit.replace(/s$/, unit === 's' ? 's' : '') : unit}`;
}

/** Seconds between two times, `2.4 s`. */
export function spanText(first: string, last: string): string {
  const seconds = (Date.parse(last) - Date.parse(first)) / 1000;
  if (seconds < 0.05) return 'a moment';
  return seconds < 10 ? `${seconds.toFixed(1)} s` : durationText(seconds);
}

/** How long after the first: `+2.4 s`. */
export function offsetText(first: string, time: string): string {
  const seconds = Math.max(0, (Date.parse(time) - Date.parse(first)) / 1000);
  return `+${seconds < 10 ? `${seconds.toFixed(1)} s` : durationText(seconds)}`;
}

export function countText(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}

export function bytesText(size: number): string {
  if (size < 1 << 20) return `${Math.ceil(size / 1024)} KB`;
  return size < 2 ** 30 ? `${(size / 2 ** 20).toFixed(1)} MB` : `${(size / 2 ** 30).toFixed(1)} GB`;
}

const zoneWords: Readonly<Record<string, string>> = {
  'internal-internal': 'inside → inside',
  'internal-external': 'inside → outside',
  'external-internal': 'outside → inside',
  'external-external': 'outside → outside',
};

export function zoneText(zone: string): string {
  return zoneWords[zone] ?? zone;
}
