/** Values out of JSON that anybody may have written: whatever is not of the wanted type is not there. */

export type JsonObject = { readonly [key: string]: unknown };

/** Undefined: no JSON, or no object. `line` is latin1; so are the values, except for what was written as `\uNNNN`. */
export function parseObject(line: string): JsonObject | undefined {
  try {
    return asObject(JSON.parse(line));
  } catch {
    return undefined;
  }
}

export function asObject(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
}

/** Text as one character a byte. Numbers are not text. */
export function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? toLatin1(value) : undefined;
}

/** All that is text in a list; a text alone is a list of one. */
export function asTexts(value: unknown): string[] {
  if (typeof value === 'string') return [toLatin1(value)];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string').map(toLatin1) : [];
}

/** A port, from a number or its digits. 0: there is none. */
export function asPort(value: unknown): number {
  const port = typeof value === 'string' && /^\d{1,5}$/.test(value) ? Number(value) : value;
  return typeof port === 'number' && Number.isInteger(port) && port > 0 && port <= 65_535 ? port : 0;
}

/** What stands above U+00FF was an escape: its UTF-8 bytes were on the wire. */
function toLatin1(text: string): string {
  return /[^\x00-\xff]/.test(text) ? Buffer.from(text, 'utf8').toString('latin1') : text;
}
