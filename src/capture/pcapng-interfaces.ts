const TWO_32 = 4294967296;
const MILLION = 1_000_000;

/** A section can declare an interface in 20 bytes; real ones have a few hundred at most. */
const INTERFACES_KEPT = 65_536;

/**
 * The interfaces of one pcapng section (draft-ietf-opsawg-pcapng, section 4.2), by number, in typed arrays; and the
 * conversion of their clocks.
 */
export class PcapngInterfaces {
  count = 0;
  /** Results of `convert`: seconds since 1970 as 32 bits (`>>> 0` after 2038) and microseconds. */
  seconds = 0;
  microseconds = 0;
  /** Link type and snap length (0: no limit) of each. */
  linkTypes = new Int32Array(8);
  snapLengths = new Float64Array(8);
  private resolutions = new Uint8Array(8);
  private offsets = new Int32Array(8);

  /** A new section starts: its interfaces are numbered from 0 again. */
  clear(): void {
    this.count = 0;
  }

  /**
   * Adds an interface; gives false when the table is full.
   * `resolution` is if_tsresol (power of ten, or of two with the top bit), `offset` the low 32 bits of if_tsoffset, seconds.
   */
  add(linkType: number, snapLength: number, resolution: number, offset: number): boolean {
    const at = this.count;
    if (at >= INTERFACES_KEPT) return false;
    if (at >= this.linkTypes.length) this.grow();
    this.linkTypes[at] = linkType;
    this.snapLengths[at] = snapLength;
    this.resolutions[at] = resolution;
    this.offsets[at] = offset;
    this.count++;
    return true;
  }

  /**
   * Turns the interface's ticks (unsigned 64 bits in two words) into the registers `seconds` and `microseconds`. Every
   * intermediate value stays below 2^53, so that doubles are exact and no BigInt is made per packet.
   */
  convert(index: number, high: number, low: number): void {
    const resolution = this.resolutions[index]!;
    if (resolution & 0x80) this.convertBinary(resolution & 0x7f, high, low);
    else this.convertDecimal(resolution, high, low);
    this.seconds = (this.seconds + this.offsets[index]!) | 0;
  }

  private convertDecimal(exponent: number, high: number, low: number): void {
    let excess = exponent - 6;
    // Down to microseconds first, at most a million at a time: floor(floor(x / a) / b) is floor(x / ab).
    while (excess > 0) {
      const divisor = 10 ** Math.min(excess, 6);
      const quotient = Math.floor(high / divisor);
      low = Math.floor(((high - quotient * divisor) * TWO_32 + low) / divisor);
      high = quotient;
      excess -= 6;
    }
    const unit = exponent >= 6 ? MILLION : 10 ** exponent;
    // Whole multiples of 2^32 seconds do not show in 32 bits.
    const ticks = (high < unit ? high : high % unit) * TWO_32 + low;
    const seconds = Math.floor(ticks / unit);
    this.seconds = seconds | 0;
    this.microseconds = ((ticks - seconds * unit) * (MILLION / unit)) | 0;
  }

  /** Shifts to 32 bits of seconds and 32 bits of fraction. */
  private convertBinary(exponent: number, high: number, low: number): void {
    if (exponent === 0) {
      this.seconds = low | 0;
      this.microseconds = 0;
      return;
    }
    let shift = exponent - 32;
    while (shift > 0) {
      const step = Math.min(shift, 31);
      low = ((low >>> step) | (high << (32 - step))) >>> 0;
      high = high >>> step;
      shift -= step;
    }
    if (shift < 0) {
      high = (high << -shift) | (low >>> (32 + shift));
      low = (low << -shift) >>> 0;
    }
    this.seconds = high | 0;
    this.microseconds = Math.floor((low * MILLION) / TWO_32) | 0;
  }

  private grow(): void {
    const size = this.linkTypes.length * 2;
    const linkTypes = new Int32Array(size);
    linkTypes.set(this.linkTypes);
    this.linkTypes = linkTypes;
    const snapLengths = new Float64Array(size);
    snapLengths.set(this.snapLengths);
    this.snapLengths = snapLengths;
    const resolutions = new Uint8Array(size);
    resolutions.set(this.resolutions);
    this.resolutions = resolutions;
    const offsets = new Int32Array(size);
    offsets.set(this.offsets);
    this.offsets = offsets;
  }
}
