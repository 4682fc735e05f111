/** Bytes of an attacker as text that no terminal, log or browser can be fooled with. */

const named: Readonly<Record<string, string>> = { '\r': '\\r', '\n': '\\n', '\t': '\\t', '\\': '\\\\' };

/** Everything but printable ASCII: C0 and C1 controls, DEL, and what a terminal may read as part of UTF-8. */
const unprintable = /[^\x20-\x7e]|\\/gu;

/** Printable ASCII stays; `\r \n \t \\` and `\xNN` (above U+00FF `\u{N}`) stand for the rest, so nothing is lost. */
export function printable(text: string): string {
  return text.replace(unprintable, (character) => {
    const short = named[character];
    if (short !== undefined) return short;
    const code = character.codePointAt(0)!;
    return code <= 0xff ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
  });
}

/** The same for bytes: one character each (latin1). */
export function printableBytes(bytes: Uint8Array): string {
  return printable(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1'));
}

/** For names and messages, in which letters of any script are welcome: only what moves a cursor or turns a line is escaped. */
export function withoutControls(text: string): string {
  return text.replace(/[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, (character) => {
    const code = character.charCodeAt(0);
    return code <= 0xff ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
  });
}

/** At most `longest` characters: `…` shows that there were more. */
export function shortened(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}
