/**
 * Which worker gets a packet: by its two addresses, the same in both directions. Not by its ports, as the kernel's own hash
 * does: a port scan and what follows it would be seen by different workers, and so would the two directions of a tunnel over
 * UDP. What two hosts say to each other stays with one worker, fragments too.
 *
 * In classic BPF (Documentation/networking/filter.rst). Loads from SKF_NET_OFF on count from the network header, whether the
 * packet comes or goes; what is no IP is for the first worker.
 */

const NETWORK_HEADER = -0x10_0000;
/** SKF_AD_OFF + SKF_AD_PROTOCOL: the EtherType of what stands at the network header. */
const ETHER_TYPE = -0x1000;

const LOAD_WORD_AT = 0x20;
const LOAD_WORD_AFTER_X = 0x40;
const LOAD_BYTE_AFTER_X = 0x50;
const LOAD = 0x00;
const LOAD_X_FROM_MEMORY = 0x61;
const STORE = 0x02;
const MULTIPLY = 0x24;
const SHIFT_RIGHT = 0x74;
const EXCLUSIVE_OR_X = 0xac;
const JUMP = 0x05;
const JUMP_IF_EQUAL = 0x15;
const RETURN = 0x06;
const RETURN_A = 0x16;

type Instruction = readonly [code: number, value: number, ifTrue?: number, ifFalse?: number];

/** Bytes before the IP header, by EtherType: none, a second VLAN tag, PPPoE (RFC 2516: six bytes and the protocol). */
const headers: readonly (readonly [etherType: number, length: number])[] = [
  [0x0800, 0],
  [0x86dd, 0],
  [0x8100, 4],
  [0x88a8, 4],
  [0x8864, 8],
];

/** Instructions of eight bytes, struct sock_filter. */
export function fanoutProgram(): Uint8Array {
  return encode([...findHeader(), ...hash([12, 16], 4), ...hash([8, 12, 16, 20, 24, 28, 32, 36], 6), [RETURN, 0]]);
}

/** Leaves the length of what stands before the IP header in memory 0. */
function findHeader(): Instruction[] {
  const finds = headers.flatMap(([etherType, length], index): Instruction[] => [
    [JUMP_IF_EQUAL, etherType, 0, 2],
    [LOAD, length],
    // Over the other tries and the end of the search.
    [JUMP, 3 * (headers.length - 1 - index) + 1],
  ]);
  return [[LOAD_WORD_AT, ETHER_TYPE], ...finds, [RETURN, 0], [STORE, 0]];
}

/** If the IP header is of this version: all words of both addresses together, and the end. Else on with what follows. */
function hash(words: readonly number[], version: number): Instruction[] {
  const together = words.flatMap((offset): Instruction[] => [
    [LOAD_X_FROM_MEMORY, 0],
    [LOAD_WORD_AFTER_X, NETWORK_HEADER + offset],
    [LOAD_X_FROM_MEMORY, 1],
    [EXCLUSIVE_OR_X, 0],
    [STORE, 1],
  ]);
  // Multiplying by 2^32 over the golden ratio spreads neighbouring addresses over the upper bits.
  const end: Instruction[] = [
    [MULTIPLY, 0x9e37_79b1],
    [SHIFT_RIGHT, 16],
    [RETURN_A, 0],
  ];
  const body: Instruction[] = [[LOAD, 0], [STORE, 1], ...together, ...end];
  return [
    [LOAD_X_FROM_MEMORY, 0],
    [LOAD_BYTE_AFTER_X, NETWORK_HEADER],
    [SHIFT_RIGHT, 4],
    [JUMP_IF_EQUAL, version, 0, body.length],
    ...body,
  ];
}

function encode(instructions: readonly Instruction[]): Uint8Array {
  const bytes = Buffer.alloc(instructions.length * 8);
  for (const [index, [code, value, ifTrue = 0, ifFalse = 0]] of instructions.entries()) {
    bytes.writeUInt16LE(code, index * 8);
    bytes.writeUInt8(ifTrue, index * 8 + 2);
    bytes.writeUInt8(ifFalse, index * 8 + 3);
    bytes.writeInt32LE(value | 0, index * 8 + 4);
  }
  return bytes;
}
