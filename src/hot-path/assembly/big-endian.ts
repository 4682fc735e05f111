/** Numbers in network byte order. */

export function big16(at: usize): u32 {
  return <u32>bswap<u16>(load<u16>(at));
}

export function big32(at: usize): i32 {
  return bswap<i32>(load<i32>(at));
}
