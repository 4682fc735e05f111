import {
  captureFormat,
  FORMAT_BYTES,
  PCAP,
  PCAP_MODIFIED,
  PCAP_NANOSECONDS,
  PCAPNG,
  PCAPNG_SECTION,
  SNOOP,
} from './capture-format.ts';
import type { CaptureProblem } from './capture-problem.ts';
import type { FrameSource } from './frame-source.ts';
import { INTERFACE_BLOCK, isPacketBlock, packetDataStart } from './pcapng-blocks.ts';
import {
  CHECKED_BLOCK,
  DONE,
  END,
  FIRST_RECORD,
  FRAME,
  LARGEST_RECORD,
  PCAP_LITTLE,
  PCAP_OTHER,
  PCAPNG_BLOCKS,
  RecordSearch,
  SEARCH,
  SKIP,
  SNOOP_RECORDS,
  START,
} from './record-search.ts';

/** LINKTYPE_ETHERNET. */
const ETHERNET = 1;

export { END, FRAME, LARGEST_RECORD, NEED_BYTES, SEARCH_BYTES } from './record-search.ts';

/**
 * Reads a capture record by record: pcap (micro- and nanoseconds, both byte orders, Kuznetzov's variant), pcapng, snoop.
 * It is pulled, and a record is left in the registers, so that nothing is allocated or awaited per record:
 *
 *     for (;;) {
 *       const result = reader.next();
 *       if (result === FRAME) use(reader.window, reader.frameStart, reader.frameEnd);
 *       else if (result === NEED_BYTES) { const n = reader.refill(); if (typeof n !== 'number') await n; }
 *       else break;
 *     }
 *
 * Whatever the content, it never throws; `problems` says what was wrong.
 */
export class CaptureReader extends RecordSearch implements FrameSource {
  /** Captured and original length changed places in version 2.3 of the format; 2.3 itself was written both ways. */
  private lengthsSwapped = 0;
  private skipBytes = 0;

  /** The first problems of this capture, and how many there were in all. */
  get problems(): readonly CaptureProblem[] {
    return this.log.kept;
  }

  get problemCount(): number {
    return this.log.count;
  }

  /** Steps to the next record: FRAME, NEED_BYTES (call `refill` and try again) or END. */
  next(): number {
    if (this.mode !== PCAP_LITTLE) return this.nextOther();
    const filter = this.filter;
    if (filter !== undefined && filter.window === this.window && this.linkType === ETHERNET) {
      this.position = filter.run(this.position, this.filled);
    }
    const view = this.view;
    const start = this.position + 16;
    if (start > this.filled) return this.nextOther();
    const captured = view.getUint32(start - 8, true);
    const end = start + captured;
    const original = view.getInt32(start - 4, true);
    const microseconds = view.getInt32(start - 12, true);
    // All that is unusual, the same for every byte order, is judged there.
    if (captured > LARGEST_RECORD || end > this.filled || original < captured || microseconds >>> 0 >= 1_000_000) {
      return this.nextOther();
    }
    this.seconds = view.getInt32(start - 16, true);
    this.microseconds = microseconds;
    this.originalLength = original;
    this.frameStart = start;
    this.frameEnd = end;
    this.position = end;
    return FRAME;
  }

  private nextOther(): number {
    for (;;) {
      const mode = this.mode;
      let result = END;
      if (mode === PCAPNG_BLOCKS) result = this.nextBlock();
      else if (mode === PCAP_OTHER || mode === PCAP_LITTLE) result = this.nextPcap();
      else if (mode === SNOOP_RECORDS) result = this.nextSnoop();
      else if (mode === FIRST_RECORD) result = this.first();
      else if (mode === START) result = this.start();
      else if (mode === SEARCH) result = this.search();
      else if (mode === SKIP) result = this.skip();
      if (result !== END || this.mode === DONE) return result;
      // END with another mode: the step was done and that mode goes on.
    }
  }

  private start(): number {
    const at = this.position;
    const have = this.filled - at;
    if (have < FORMAT_BYTES && !this.ended) return this.need(FORMAT_BYTES);
    if (have === 0) return this.finish('empty', 'the file is empty');
    const format = captureFormat(this.window.subarray(at, this.filled), have);
    const header = format === PCAP ? 24 : format === SNOOP ? 16 : 0;
    if (have < header) {
      if (!this.ended) return this.need(header);
      return this.finish('cut-short', `the file ends inside its header, after ${have} bytes`);
    }
    if (format === PCAP) this.startPcap(at);
    else if (format === SNOOP) this.startSnoop(at);
    else if (format === PCAPNG) this.mode = PCAPNG_BLOCKS;
    else return this.finish('not-a-capture', 'the file does not start like any packet capture (pcap, pcapng or snoop)');
    this.position += header;
    this.format = this.mode;
    if (this.mode !== PCAPNG_BLOCKS) this.mode = FIRST_RECORD;
    return END;
  }

  private first(): number {
    const result = this.format === SNOOP_RECORDS ? this.nextSnoop() : this.nextPcap();
    if (result === FRAME) {
      this.firstSeconds = this.seconds;
      this.mode = this.format;
    }
    return result;
  }

  private startPcap(at: number): void {
    this.little = this.window[at]! !== 0xa1;
    const magic = this.view.getUint32(at, this.little);
    this.nanoseconds = magic === PCAP_NANOSECONDS;
    this.recordHeader = magic === PCAP_MODIFIED ? 24 : 16;
    const major = this.view.getUint16(at + 4, this.little);
    const minor = this.view.getUint16(at + 6, this.little);
    // As in libpcap's sf-pcap.c; 543.0 is DG/UX tcpdump.
    if (major === 2 && minor <= 3) this.lengthsSwapped = minor === 3 ? 1 : 2;
    if (major === 543) this.lengthsSwapped = 2;
    // The upper half holds the length of the frame check sequence (draft-ietf-opsawg-pcap, section 4).
    this.linkType = this.view.getUint32(at + 20, this.little) & 0xffff;
    const usual = this.little && !this.nanoseconds && this.recordHeader === 16 && this.lengthsSwapped === 0;
    this.mode = usual ? PCAP_LITTLE : PCAP_OTHER;
  }

  private nextPcap(): number {
    const at = this.position;
    const start = at + this.recordHeader;
    if (start > this.filled) return this.incomplete(this.recordHeader);
    const little = this.little;
    const view = this.view;
    let captured = view.getUint32(at + 8, little);
    let original = view.getUint32(at + 12, little);
    if (this.lengthsSwapped === 2 || (this.lengthsSwapped === 1 && captured > original)) {
      const swap = captured;
      captured = original;
      original = swap;
    }
    if (captured > LARGEST_RECORD) return this.lose(`a record of ${captured} bytes`);
    let end = start + captured;
    if (end > this.filled) {
      if (!this.ended || start === this.filled) return this.incomplete(end - at);
      if (this.hidesRecord()) return this.lose(`a record of ${captured} bytes`);
      this.cutShort(captured, this.filled - start);
      end = this.filled;
    }
    const fraction = view.getUint32(at + 4, little);
    this.seconds = view.getInt32(at, little);
    this.microseconds = Math.min(this.nanoseconds ? Math.floor(fraction / 1000) : fraction, 999_999);
    return this.frame(start, end, original);
  }

  private startSnoop(at: number): void {
    // RFC 1761, section 3: 0 is IEEE 802.3 and 4 Ethernet; 8 is FDDI. Others are given as unknown.
    const type = this.view.getUint32(at + 12, false);
    this.little = false;
    this.linkType = type === 0 || type === 4 ? 1 : type === 8 ? 10 : -1;
    this.mode = SNOOP_RECORDS;
  }

  /** RFC 1761, section 4: original, included and record length, drops, seconds, microseconds; big endian. */
  private nextSnoop(): number {
    const at = this.position;
    const start = at + 24;
    if (start > this.filled) return this.incomplete(24);
    const view = this.view;
    const captured = view.getUint32(at + 4, false);
    const length = view.getUint32(at + 8, false);
    if (length > LARGEST_RECORD || captured + 24 > length) return this.lose(`a record of ${length} bytes`);
    if (at + length > this.filled && !this.ended) return this.need(length);
    const end = Math.min(start + captured, this.filled);
    if (end < start + captured) {
      if (start === this.filled) return this.incomplete(length);
      if (this.hidesRecord()) return this.lose(`a record of ${length} bytes`);
      this.cutShort(captured, end - start);
    }
    this.seconds = view.getInt32(at + 16, false);
    this.microseconds = Math.min(view.getUint32(at + 20, false), 999_999);
    this.frame(start, end, view.getUint32(at, false));
    this.position = Math.min(at + length, this.filled);
    return FRAME;
  }

  private nextBlock(): number {
    const blocks = this.blocks;
    for (;;) {
      const at = this.position;
      if (at + 12 > this.filled) return this.incomplete(12);
      const view = this.view;
      // A section header has the same type in both byte orders, and is what sets the order.
      const section = view.getUint32(at, true) === PCAPNG_SECTION;
      if (section && !blocks.startSection(view, at)) return this.lose('a section without a byte order');
      const little = blocks.little;
      const type = view.getUint32(at, little);
      const length = view.getUint32(at + 4, little);
      const padded = Math.ceil(length / 4) * 4;
      if (length < 12) return this.lose(`a block of ${length} bytes`);
      const packet = isPacketBlock(type);
      if (!section && !packet && type !== INTERFACE_BLOCK && length > CHECKED_BLOCK) return this.startSkip(padded);
      if (padded > this.maximumWindow) return this.lose(`a block of ${length} bytes`);
      let bodyEnd = at + length - 4;
      const cut = at + padded > this.filled;
      if (cut) {
        if (!this.ended || !packet || at + packetDataStart(type) >= this.filled) return this.incomplete(padded);
        if (this.hidesRecord()) return this.lose(`a block of ${length} bytes`);
        this.cutShort(length, this.filled - at);
        bodyEnd = Math.min(bodyEnd, this.filled);
      } else if (view.getUint32(bodyEnd, little) !== length && view.getUint32(at + padded - 4, little) !== length) {
        return this.lose('a block whose two lengths differ');
      }
      this.position = Math.min(at + padded, this.filled);
      if (type === INTERFACE_BLOCK && !blocks.addInterface(view, at, bodyEnd)) {
        this.log.add('skipped', this.offsetOf(at), 'too many interfaces in one section');
      }
      if (!packet) continue;
      const good = blocks.readPacket(view, type, at, bodyEnd);
      if (blocks.fault !== '' && !cut) this.log.add('corrupt', this.offsetOf(at), `a packet ${blocks.fault}`);
      if (!good) continue;
      this.seconds = blocks.interfaces.seconds;
      this.microseconds = blocks.interfaces.microseconds;
      this.linkType = blocks.linkType;
      this.originalLength = blocks.originalLength;
      this.frameStart = blocks.frameStart;
      this.frameEnd = blocks.frameEnd;
      return FRAME;
    }
  }

  private frame(start: number, end: number, original: number): number {
    this.frameStart = start;
    this.frameEnd = end;
    this.position = end;
    this.originalLength = original < end - start ? end - start : Math.min(original, 0x7fffffff);
    return FRAME;
  }

  /** The record at `position` needs `bytes`, which are not all there: wait for them, or end. */
  private incomplete(bytes: number): number {
    if (!this.ended) return this.need(bytes);
    if (this.position === this.filled) {
      this.mode = DONE;
      return END;
    }
    return this.finish(
      'cut-short',
      `the file ends inside a record, ${this.filled - this.position} bytes after its start`,
    );
  }

  private cutShort(whole: number, there: number): void {
    this.log.add(
      'cut-short',
      this.offsetOf(this.position),
      `the file ends inside a record: ${there} of ${whole} bytes`,
    );
  }

  private finish(kind: CaptureProblem['kind'], message: string): number {
    this.log.add(kind, this.offsetOf(this.position), message);
    this.mode = DONE;
    return END;
  }

  private startSkip(bytes: number): number {
    this.skipBytes = bytes;
    this.mode = SKIP;
    return END;
  }

  private skip(): number {
    const step = Math.min(this.skipBytes, this.filled - this.position);
    this.position += step;
    this.skipBytes -= step;
    if (this.skipBytes > 0) {
      if (!this.ended) return this.need(1);
      return this.finish('cut-short', `the file ends inside a block, ${this.skipBytes} bytes early`);
    }
    this.mode = this.format;
    return END;
  }
}
