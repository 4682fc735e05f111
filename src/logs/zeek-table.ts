/** Zeek's TSV: the header says how a row is to be read. It comes anew where a log was rotated or appended to. */

import type { JsonObject } from './json-values.ts';

/** Nobody's log has more; a hostile header could. */
const mostColumns = 256;

export class ZeekTable {
  path = '';
  #separator = '\t';
  #setSeparator = ',';
  #empty = '(empty)';
  #unset = '-';
  #columns: readonly string[] = [];
  /** Of each column: is it a set or a vector? */
  #lists: readonly boolean[] = [];

  /** A line that begins with `#`. */
  header(line: string): void {
    const separator = /^#separator (.+)$/.exec(line)?.[1];
    if (separator !== undefined) {
      this.#separator = decodeEscapes(separator);
      return;
    }
    const [name, ...values] = line.split(this.#separator, mostColumns + 1);
    const value = decodeEscapes(values[0] ?? '');
    if (name === '#set_separator') this.#setSeparator = value;
    else if (name === '#empty_field') this.#empty = value;
    else if (name === '#unset_field') this.#unset = value;
    else if (name === '#path') this.path = value;
    else if (name === '#fields') this.#columns = values;
    else if (name === '#types') this.#lists = values.map((type) => /^(set|vector|list)\[/.test(type));
  }

  /** Undefined: no header has come, or the columns are not those of the header. Unset columns are left out. */
  row(line: string): JsonObject | undefined {
    const columns = this.#columns;
    const values = line.split(this.#separator, columns.length + 1);
    if (columns.length === 0 || values.length !== columns.length) return undefined;
    const row: Record<string, unknown> = {};
    for (let index = 0; index < columns.length; index++) {
      const column = columns[index] as string;
      const value = values[index] as string;
      if (value === this.#unset) continue;
      if (value === this.#empty) row[column] = this.#lists[index] ? [] : '';
      else if (this.#lists[index]) row[column] = value.split(this.#setSeparator).map(decodeEscapes);
      else row[column] = decodeEscapes(value);
    }
    return row;
  }
}

/** Separators within a value, and what is not printable, stand as `\xNN`; a backslash as `\\`. */
function decodeEscapes(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(/\\(?:x([0-9a-fA-F]{2})|\\)/g, (_, hex: string | undefined) =>
    hex === undefined ? '\\' : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
