/**
 * Words of a literal in the table at LITERALS, and of a gram: both sides import this. TypeScript writes those of a literal but
 * for LITERAL_NEXT, which is the module's, as all grams are (literals.ts).
 */

/** Where its bytes begin and end, as offsets in the text of all literals. */
export const LITERAL_START = 0;
export const LITERAL_END = 1;
/** What shall be reported: the signature's place in the catalogue. */
export const LITERAL_SIGNATURE = 2;
/** Where the bytes begin that are searched for; -1: it is the beginning of a message. */
export const LITERAL_WINDOW = 3;
/** Bits of transport-bits.ts on which its signature speaks. */
export const LITERAL_TRANSPORTS = 4;
/** Where its list of ports begins, which ends with -1; or -1: any port. */
export const LITERAL_PORTS = 5;
/** The next of its chain: its number plus one, or 0. */
export const LITERAL_NEXT = 6;
/** Where its signature's openings begin (tables.ts), or -1: a message may begin in any way. */
export const LITERAL_OPENINGS = 7;
/** Binary logarithm of the words of a literal. */
export const LITERAL_SHIFT = 3;

/** Bit of an opening's length: nothing follows. */
export const OPENING_WHOLE = 0x10000;

export const GRAM_VALUE = 0;
export const GRAM_LITERAL = 1;
/** Offset of the gram in its literal. */
export const GRAM_OFFSET = 2;
/** As LITERAL_NEXT. */
export const GRAM_NEXT = 3;
export const GRAM_SHIFT = 2;
