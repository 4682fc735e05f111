/**
 * How literals are found by grams: shared by the search's tables and the WebAssembly module that searches, so it holds nothing
 * but numbers.
 */

/** Bytes of a gram. */
export const GRAM = 4;
/** Shortest literal that may stand anywhere; of a longer one, so many bytes are chosen to be searched for. */
export const WINDOW = 8;
/** Any eight bytes in a row hold a whole gram that starts at a multiple of five. */
export const STRIDE = WINDOW - GRAM + 1;
/** 2^17 bits, 16 KB: with 500 literals 2 % of all grams pass by chance. */
export const FILTER_BITS = 17;
export const BUCKET_BITS = 12;
/** Set in every byte of a gram: letters compare without case. */
export const FOLD = 0x20202020;
/** Knuth's multiplicative hash. */
export const GRAM_SPREAD = 0x9e3779b1;
