/**
 * Words of a literal in the table at LITERALS, and of a gram: both sides import this. TypeScript writes those of a literal;
 * beginnings and grams are the module's (literals.ts).
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
/** Where its signature's openings begin (tables.ts), or -1: a message may begin in any way. */
export const LITERAL_OPENINGS = 6;
/** Binary logarithm of the words of a literal. */
export const LITERAL_SHIFT = 3;

/** Bit of an opening's length: nothing follows. */
export const OPENING_WHOLE = 0x10000;

/**
 * Of a literal that is the beginning of a message, what tells most messages apart, beside that of the others with the same
 * hash: one cache line holds two, and the next is fetched by itself.
 */
/** The first four bytes, with FOLD; of a shorter literal, so many. */
export const BEGINNING_FIRST = 0;
/** The last four bytes in the same way. */
export const BEGINNING_LAST = 1;
export const BEGINNING_LENGTH = 2;
export const BEGINNING_TRANSPORTS = 3;
/** Two words: of 64 bits, those that are the numbers of the signature's ports modulo 64; all, if it is any port. */
export const BEGINNING_PORTS = 4;
export const BEGINNING_LITERAL = 6;
/** Not 0: another with the same hash follows. */
export const BEGINNING_MORE = 7;
export const BEGINNING_SHIFT = 3;

export const GRAM_VALUE = 0;
export const GRAM_LITERAL = 1;
/** Offset of the gram in its literal. */
export const GRAM_OFFSET = 2;
/** The next of its chain: its number plus one, or 0. */
export const GRAM_NEXT = 3;
export const GRAM_SHIFT = 2;
