/**
 * How the gate for TCP segments without a message finds what it may want: for both sides, so it holds nothing but numbers. Of
 * 4,096 bits, one stands for the shape of a header (its length in the upper bits, flags in the lower eight) with the first word
 * of its options.
 */

/** The bit's number is the upper 12 bits of (word exclusive-or shape) times this (Knuth's multiplicative hash). */
export const GATE_SPREAD = 0x9e3779b1;
export const GATE_SHIFT = 20;
export const GATE_BYTES = 512;
