/** Formats of packet captures, told by their first bytes; a name tells nothing. */
export const UNKNOWN = 0;
export const PCAP = 1;
export const PCAPNG = 2;
export const SNOOP = 3;

/** First word of a pcap file as its writer's byte order stores it (draft-ietf-opsawg-pcap, section 4). */
export const PCAP_MICROSECONDS = 0xa1b2c3d4;
export const PCAP_NANOSECONDS = 0xa1b23c4d;
/** Alexey Kuznetzov's patched libpcap (Red Hat 6 to 8): 8 more bytes in each record header. */
export const PCAP_MODIFIED = 0xa1b2cd34;
/** Reads the same in both byte orders: the order stands in the word after next. */
export const PCAPNG_SECTION = 0x0a0d0d0a;
export const PCAPNG_BYTE_ORDER = 0x1a2b3c4d;

/** Enough bytes for `captureFormat`. */
export const FORMAT_BYTES = 12;

/** Format of a capture that starts with `bytes`, of which the first `length` are there (fewer than 12 may say UNKNOWN). */
export function captureFormat(bytes: Uint8Array, length: number): number {
  if (length < 4) return UNKNOWN;
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  const magic = view.getUint32(0, false);
  if (isPcapMagic(magic) || isPcapMagic(view.getUint32(0, true))) return PCAP;
  if (magic === PCAPNG_SECTION && length >= 12) {
    const order = view.getUint32(8, false);
    if (order === PCAPNG_BYTE_ORDER || view.getUint32(8, true) === PCAPNG_BYTE_ORDER) return PCAPNG;
  }
  // RFC 1761, section 3: "snoop" and three zero bytes.
  if (length >= 8 && magic === 0x736e6f6f && view.getUint32(4, false) === 0x70000000) return SNOOP;
  return UNKNOWN;
}

function isPcapMagic(magic: number): boolean {
  return magic === PCAP_MICROSECONDS || magic === PCAP_NANOSECONDS || magic === PCAP_MODIFIED;
}
