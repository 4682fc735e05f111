/** BER and DER elements (X.690): tag, length, content. Kerberos, SNMP and CredSSP are written in them. */

export interface Element {
  readonly tag: number;
  /** First byte of the tag. */
  readonly at: number;
  /** The content. */
  readonly start: number;
  readonly end: number;
}

/** The element at `at`, with a tag of one byte and a definite length, if it ends by `end`; else undefined. */
export function readElement(bytes: Uint8Array, at: number, end: number): Element | undefined {
  if (at + 2 > end) return undefined;
  const first = bytes[at + 1]!;
  let start = at + 2;
  let length = first;
  if (first >= 0x80) {
    // X.690 section 8.1.3.5; Nmap's SNMP probe has more length bytes than needed, which BER allows.
    const count = first & 0x7f;
    if (count === 0 || count > 4 || start + count > end) return undefined;
    length = 0;
    for (let i = 0; i < count; i++) length = length * 256 + bytes[start + i]!;
    start += count;
  }
  return start + length > end ? undefined : { tag: bytes[at]!, at, start, end: start + length };
}

/** Elements that fill the content of `parent` one after the other, at most `most`; undefined if the last does not fit. */
export function readChildren(bytes: Uint8Array, parent: Element, most = 64): Element[] | undefined {
  const children: Element[] = [];
  for (let at = parent.start; at < parent.end && children.length < most; ) {
    const child = readElement(bytes, at, parent.end);
    if (!child) return undefined;
    children.push(child);
    at = child.end;
  }
  return children;
}
