/** Evidence as rows of sixteen bytes, in hex and as text, cut into pieces that match and pieces that do not. */

export interface HexPiece {
  readonly hex: string;
  readonly text: string;
  readonly matches: boolean;
}

export interface HexRow {
  /** Of its first byte. */
  readonly offset: number;
  readonly pieces: readonly HexPiece[];
  /** Bytes that are missing to sixteen: the last row's columns must stand below the others'. */
  readonly missing: number;
}

const width = 16;

/** `hex`: two digits a byte. `match`: its first byte, and one past its last. */
export function hexRows(hex: string, [start, end]: readonly [number, number]): HexRow[] {
  const bytes = hex.match(/../g) ?? [];
  const rows: HexRow[] = [];
  for (let offset = 0; offset < bytes.length; offset += width) {
    const row = bytes.slice(offset, offset + width);
    const pieces: HexPiece[] = [];
    let first = 0;
    const matches = (index: number) => offset + index >= start && offset + index < end;
    for (let index = 1; index <= row.length; index++) {
      if (index < row.length && matches(index) === matches(first)) continue;
      const piece = row.slice(first, index);
      pieces.push({ hex: piece.join(' '), text: piece.map(character).join(''), matches: matches(first) });
      first = index;
    }
    rows.push({ offset, pieces, missing: width - row.length });
  }
  return rows;
}

/** Printable ASCII as it is, a dot for the rest, as every hex dump does. */
function character(hex: string): string {
  const code = Number.parseInt(hex, 16);
  return code >= 0x20 && code <= 0x7e ? String.fromCharCode(code) : '.';
}
