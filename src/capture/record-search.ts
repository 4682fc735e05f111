import { PCAPNG_SECTION } from './capture-format.ts';
import { CaptureWindow } from './capture-window.ts';
import { isKnownBlock, PcapngBlocks } from './pcapng-blocks.ts';

/** Results of `next`. */
export const END = 0;
export const FRAME = 1;
export const NEED_BYTES = 2;

/** Largest record of a pcap file, in bytes: libpcap and Wireshark take a larger one for damage, too. */
export const LARGEST_RECORD = 262_144;
/** How far behind a record that cannot be the next good one is searched for, in bytes. */
export const SEARCH_BYTES = 1_048_576;
/** Blocks that are no packets are checked by their trailing length up to this size, and beyond it skipped unread. */
export const CHECKED_BLOCK = 65_536;
const YEAR_SECONDS = 366 * 86_400;

/** What `next` reads now. */
export const START = 0;
export const PCAP_LITTLE = 1;
export const PCAP_OTHER = 2;
export const PCAPNG_BLOCKS = 3;
export const SNOOP_RECORDS = 4;
export const SEARCH = 5;
export const SKIP = 6;
export const DONE = 7;
/** The first record of a format is read apart, for its time. */
export const FIRST_RECORD = 8;

/** Answers of a check whether a record starts here. */
const NO = 0;
const YES = 1;
const UNSURE = 2;

/** The search for the next good record behind one that cannot be. */
export class RecordSearch extends CaptureWindow {
  protected mode = START;
  /** The mode to go back to after SEARCH or SKIP. */
  protected format = START;
  protected little = true;
  protected nanoseconds = false;
  protected recordHeader = 16;
  /** Time of the first record: together with that of the last one it tells what is a plausible time here. */
  protected firstSeconds = 0;
  protected readonly blocks = new PcapngBlocks();
  private searchStart = 0;
  private searchReason = '';

  /** The record at `position` cannot be: search for the next one from the byte behind its start. */
  protected lose(reason: string): number {
    this.searchStart = this.offsetOf(this.position);
    this.searchReason = reason;
    this.position++;
    this.mode = SEARCH;
    return END;
  }

  protected search(): number {
    for (;;) {
      const distance = this.offsetOf(this.position) - this.searchStart;
      if (distance > SEARCH_BYTES) {
        this.log.add(
          'corrupt',
          this.searchStart,
          `${this.searchReason}: no good record in the next ${SEARCH_BYTES} bytes`,
        );
        this.mode = DONE;
        return END;
      }
      if (this.position >= this.filled) {
        if (!this.ended) return this.need(1);
        this.log.add('corrupt', this.searchStart, `${this.searchReason}: no good record behind it`);
        this.mode = DONE;
        return END;
      }
      const answer = this.answerAt();
      if (answer === UNSURE) return NEED_BYTES;
      if (answer === YES) {
        this.log.add('corrupt', this.searchStart, `${this.searchReason}: left out ${distance} bytes`);
        this.mode = this.format;
        return END;
      }
      this.position++;
    }
  }

  /**
   * Does a good record start somewhere inside the record at `position`, which claims to go on behind the end of the source?
   * Then it is its length that is wrong, and not the file that is cut short.
   */
  protected hidesRecord(): boolean {
    const start = this.position;
    const last = Math.min(this.filled, start + SEARCH_BYTES);
    let answer = NO;
    while (answer === NO && ++this.position < last) answer = this.answerAt();
    this.position = start;
    return answer === YES;
  }

  private answerAt(): number {
    return this.format === PCAPNG_BLOCKS ? this.blockAt() : this.recordAt();
  }

  /** Does a block start at `position`? Both its lengths say so; that is 32 bits of proof on top of a known type. */
  private blockAt(): number {
    const at = this.position;
    if (at + 12 > this.filled) return this.unsure(12);
    const view = this.view;
    const section = view.getUint32(at, true) === PCAPNG_SECTION;
    let little = this.blocks.little;
    if (section) little = this.window[at + 8]! === 0x4d;
    if (!section && !isKnownBlock(view.getUint32(at, little))) return NO;
    const length = view.getUint32(at + 4, little);
    if (length < 12 || length % 4 !== 0 || length > LARGEST_RECORD + CHECKED_BLOCK) return NO;
    if (at + length > this.filled) return this.unsure(length);
    return view.getUint32(at + length - 4, little) === length ? YES : NO;
  }

  /** Does a pcap or snoop record start at `position`? It and the one behind it are plausible, or it ends with the file. */
  private recordAt(): number {
    const at = this.position;
    const header = this.format === SNOOP_RECORDS ? 24 : this.recordHeader;
    if (at + header > this.filled) return this.unsure(header);
    const length = this.plausible(at);
    if (length === 0) return NO;
    const next = at + length;
    if (this.ended && next === this.filled) return YES;
    if (next + header > this.filled) return this.unsure(length + header);
    return this.plausible(next) === 0 ? NO : YES;
  }

  /** Length of the record that might start at `at`, its header included, or 0 if none does. */
  private plausible(at: number): number {
    const snoop = this.format === SNOOP_RECORDS;
    const view = this.view;
    const little = this.little;
    const captured = view.getUint32(snoop ? at + 4 : at + 8, little);
    const original = view.getUint32(snoop ? at : at + 12, little);
    if (captured === 0 || captured > LARGEST_RECORD || original < captured || original > 16 * LARGEST_RECORD) return 0;
    const fraction = view.getUint32(at + (snoop ? 20 : 4), little);
    if (fraction >= (this.nanoseconds ? 1_000_000_000 : 1_000_000)) return 0;
    if (!this.plausibleTime(view.getInt32(at + (snoop ? 16 : 0), little))) return 0;
    if (!snoop) return this.recordHeader + captured;
    const length = view.getUint32(at + 8, false);
    return length >= captured + 24 && length <= LARGEST_RECORD ? length : 0;
  }

  /** Within a year of the first or the last record; before any record every time is. */
  private plausibleTime(seconds: number): boolean {
    if (this.firstSeconds === 0) return true;
    return Math.abs(seconds - this.firstSeconds) < YEAR_SECONDS || Math.abs(seconds - this.seconds) < YEAR_SECONDS;
  }

  protected need(bytes: number): number {
    this.wanted = bytes;
    return NEED_BYTES;
  }

  private unsure(bytes: number): number {
    if (this.ended) return NO;
    this.wanted = bytes;
    return UNSURE;
  }
}
