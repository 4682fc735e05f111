/** Reading numbers and text out of bytes nobody vouches for. A caller has checked that the offsets lie in `bytes`. */

/** A stretch of bytes. */
export interface Span {
  readonly start: number;
  /** One past the last. */
  readonly end: number;
}

/** Bytes `start` to `end` as a latin1 string: one character per byte. */
export function textOf(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, Math.max(0, end - start)).toString('latin1');
}

/** Bytes `start` to `end` as lower-case hex digits. */
export function hexOf(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, Math.max(0, end - start)).toString('hex');
}

/** UTF-16, little endian, as a latin1 string: a character above U+00FF becomes its UTF-8 bytes, so that nothing is lost. */
export function utf16Of(bytes: Uint8Array, start: number, end: number): string {
  const length = Math.max(0, end - start) & ~1;
  const decoded = Buffer.from(bytes.buffer, bytes.byteOffset + start, length).toString('utf16le');
  return /^[\0-\xff]*$/.test(decoded) ? decoded : Buffer.from(decoded, 'utf8').toString('latin1');
}

/** 16 bits, most significant byte first. */
export function uint16(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}

/** 24 bits, most significant byte first. */
export function uint24(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!;
}

/** 32 bits, most significant byte first, never negative. */
export function uint32(bytes: Uint8Array, at: number): number {
  return uint16(bytes, at) * 0x10000 + uint16(bytes, at + 2);
}

/** 16 bits, least significant byte first. */
export function uint16le(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8);
}

/** 32 bits, least significant byte first, never negative. */
export function uint32le(bytes: Uint8Array, at: number): number {
  return uint16le(bytes, at) + uint16le(bytes, at + 2) * 0x10000;
}

/** Do the bytes of `expected` (latin1) stand at `at`, before `end`? */
export function hasTextAt(bytes: Uint8Array, at: number, end: number, expected: string): boolean {
  if (at < 0 || at + expected.length > end) return false;
  for (let i = 0; i < expected.length; i++) if (bytes[at + i] !== expected.charCodeAt(i)) return false;
  return true;
}

/** Offset of the first byte `value` from `start` on, or `end` if there is none before it. */
export function indexOfByte(bytes: Uint8Array, value: number, start: number, end: number): number {
  const found = bytes.subarray(start, end).indexOf(value);
  return found < 0 ? end : start + found;
}

/** A number as `0x` and at least `digits` lower-case hex digits. */
export function hexNumber(value: number, digits: number): string {
  return `0x${value.toString(16).padStart(digits, '0')}`;
}

/**
 * The bytes that base64 text (RFC 4648 section 4) stands for, as a latin1 string; undefined if it is no base64.
 * A missing padding is tolerated.
 */
export function decodeBase64(text: string): string | undefined {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.replace(/=+$/, '').length % 4 === 1) return undefined;
  return Buffer.from(text, 'base64').toString('latin1');
}
