/**
 * JSON as one line of pure ASCII: what is not, is `\uNNNN`. Some readers end a line at U+2028 or U+0085, some terminals obey
 * U+202E, and some receivers of syslog spoil what is not ASCII.
 */
export function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\x7f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
