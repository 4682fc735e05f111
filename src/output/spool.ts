/**
 * What an output has not delivered yet, in a folder: so that it survives kill -9 and a restart. It mirrors the queue in
 * memory and is read only at start; a disk that fails or is full stops nothing but that.
 *
 * Files `00000001.spool`, `00000002.spool` ...: one line for each alert, `NUMBER CRC32 LINE`, the numbers rising by one. The
 * file `position` holds the number of the first alert that was not delivered. A file whose alerts are all delivered is
 * deleted. Written behind: `written` tells when all of it is on disk.
 */

import { type FileHandle, mkdir, open, readdir, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { reasonOf } from './destination.ts';
import { firstWait, spoolFileBytes } from './output-limits.ts';
import { SpoolLock } from './spool-lock.ts';

interface Entry {
  readonly number: number;
  readonly line: string;
}

interface SpoolFile {
  readonly path: string;
  readonly lastNumber: number;
}

export class Spool {
  /** What an earlier run has left, oldest first. */
  readonly left: readonly string[];
  readonly #folder: string;
  readonly #lock: SpoolLock;
  readonly #onNotice: (text: string) => void;
  /** Files that are not written any more, oldest first. */
  readonly #full: SpoolFile[];
  #file: FileHandle | undefined;
  #filePath = '';
  #fileBytes = 0;
  #nextFile: number;
  #position: FileHandle;
  #written = Promise.resolve();
  /** Of those who wait for it. */
  #waiters: (() => void)[] = [];
  #writing = false;
  #closed = false;
  #failed = false;
  /** Added, not on disk. */
  #waiting: Entry[] = [];
  #nextNumber: number;
  /** The first that was not delivered, and what the file says. */
  #undelivered: number;
  #positionOnDisk: number;

  private constructor(
    folder: string,
    lock: SpoolLock,
    position: FileHandle,
    found: Found,
    onNotice: (text: string) => void,
  ) {
    this.#folder = folder;
    this.#lock = lock;
    this.#position = position;
    this.#onNotice = onNotice;
    this.left = found.entries.map(({ line }) => line);
    this.#full = [...found.files];
    this.#nextFile = found.nextFile;
    this.#nextNumber = found.nextNumber;
    this.#undelivered = found.entries[0]?.number ?? found.nextNumber;
    this.#positionOnDisk = -1;
    // Gaps are where damage was: numbers of what is left are made to rise by one again.
    this.#renumber(found.entries);
  }

  /** @throws if the folder cannot be made or written, or if another process uses it. */
  static async open(folder: string, onNotice: (text: string) => void): Promise<Spool> {
    // Alerts tell what was asked of whom: nobody else's business.
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const lock = await SpoolLock.take(folder);
    try {
      const found = await readSpool(folder);
      if (found.damaged > 0) {
        onNotice(`${found.damaged} of the alerts in its spool were damaged, and are lost`);
      }
      const position = await open(join(folder, 'position'), 'a+', 0o600).then(async (handle) => {
        await handle.close();
        return open(join(folder, 'position'), 'r+');
      });
      return new Spool(folder, lock, position, found, onNotice);
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  add(line: string): void {
    this.#waiting.push({ number: this.#nextNumber++, line });
    this.#write();
  }

  /** The oldest so many are with the receiver. */
  delivered(count: number): void {
    this.#undelivered += count;
    this.#write();
  }

  /** Resolves when what was added so far is on disk or delivered, or when it could not be written. */
  async written(): Promise<void> {
    if (this.#failed || !this.#writing) return;
    await new Promise<void>((resolve) => this.#waiters.push(resolve));
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#write();
    await this.#written;
    await this.#file?.close().catch(() => {});
    await this.#position.close().catch(() => {});
    await this.#lock.release();
  }

  /** After damage the numbers have gaps. All that is left is written again, and the old files go. */
  #renumber(entries: readonly Entry[]): void {
    const [first] = entries;
    const last = entries.at(-1);
    if (first === undefined || last === undefined || last.number - first.number + 1 === entries.length) return;
    for (const { line } of entries) this.#waiting.push({ number: this.#nextNumber++, line });
    this.#undelivered = this.#nextNumber - entries.length;
    this.#write();
  }

  #write(): void {
    if (this.#writing) return;
    this.#writing = true;
    this.#written = this.#writeAll().finally(() => {
      this.#writing = false;
      this.#tellWaiters();
    });
  }

  async #writeAll(): Promise<void> {
    // A turn later: what comes in one go is written in one go.
    await Promise.resolve();
    while (this.#waiting.length > 0 || this.#positionOnDisk !== this.#undelivered) {
      try {
        await this.#writeLines();
        await this.#writePosition();
        if (this.#failed) this.#onNotice('writes its spool again');
        this.#failed = false;
      } catch (error) {
        if (!this.#failed) {
          this.#onNotice(
            `cannot write its spool: ${reasonOf(error)}. What waits would not survive a restart; trying again`,
          );
        }
        this.#failed = true;
        this.#tellWaiters();
        // What was written of the file's last line is damaged: it is continued by nobody.
        await this.#endFile();
        if (this.#closed) return;
        await new Promise((resolve) => setTimeout(resolve, firstWait));
      }
    }
  }

  #tellWaiters(): void {
    for (const tell of this.#waiters.splice(0)) tell();
  }

  async #writeLines(): Promise<void> {
    // What was delivered in the meantime needs no disk.
    const lines = this.#waiting.filter(({ number }) => number >= this.#undelivered);
    const upTo = this.#waiting.at(-1)?.number;
    if (lines.length > 0) {
      const text = lines.map(spoolLine).join('');
      this.#file ??= await this.#startFile();
      await this.#file.appendFile(text);
      await this.#file.datasync();
      this.#fileBytes += Buffer.byteLength(text);
    }
    // More may have been added while it was written.
    this.#waiting = this.#waiting.filter(({ number }) => number > (upTo ?? -1));
    if (this.#fileBytes >= spoolFileBytes) await this.#endFile((upTo ?? this.#nextNumber) as number);
  }

  async #startFile(): Promise<FileHandle> {
    this.#filePath = join(this.#folder, `${String(this.#nextFile++).padStart(8, '0')}.spool`);
    this.#fileBytes = 0;
    return open(this.#filePath, 'wx', 0o600);
  }

  async #endFile(lastNumber = this.#nextNumber - 1): Promise<void> {
    if (this.#file === undefined) return;
    this.#full.push({ path: this.#filePath, lastNumber });
    const file = this.#file;
    this.#file = undefined;
    this.#fileBytes = 0;
    await file.close().catch(() => {});
  }

  async #writePosition(): Promise<void> {
    const position = this.#undelivered;
    if (position === this.#positionOnDisk) return;
    // Everything is delivered: the file that is being written can go, too.
    if (position === this.#nextNumber && this.#waiting.length === 0) await this.#endFile();
    const { bytesWritten } = await this.#position.write(positionLine(position), 0, 'latin1');
    if (bytesWritten === 0) throw new Error('the disk is full');
    while (this.#full[0] !== undefined && this.#full[0].lastNumber < position) {
      await unlink(this.#full[0].path).catch(() => {});
      this.#full.shift();
    }
    this.#positionOnDisk = position;
  }
}

function spoolLine({ number, line }: Entry): string {
  return `${number} ${checksum(`${number} ${line}`)} ${line}\n`;
}

/** Always of the same length, so that it is written over itself. */
function positionLine(number: number): string {
  const text = String(number).padStart(16, '0');
  return `${text} ${checksum(text)}\n`;
}

function checksum(text: string): string {
  return crc32(text).toString(16).padStart(8, '0');
}

interface Found {
  /** Not delivered, as far as is known. */
  readonly entries: readonly Entry[];
  readonly files: readonly SpoolFile[];
  readonly nextFile: number;
  readonly nextNumber: number;
  readonly damaged: number;
}

async function readSpool(folder: string): Promise<Found> {
  const names = (await readdir(folder)).filter((name) => /^\d{8}\.spool$/.test(name)).sort();
  const position = await readPosition(join(folder, 'position'));
  const entries: Entry[] = [];
  const files: SpoolFile[] = [];
  let damaged = 0;
  let last = position - 1;
  for (const name of names) {
    const path = join(folder, name);
    const text = await readFile(path, 'utf8');
    const lines = text.split('\n');
    // What stands behind the last newline was being written when the process was killed: nobody was told that it is safe.
    lines.pop();
    for (const line of lines) {
      const entry = parseLine(line);
      if (entry === undefined) damaged++;
      else {
        // A line whose file could not be ended was written again to the next.
        if (entry.number > last && entry.number >= position) entries.push(entry);
        last = Math.max(last, entry.number);
      }
    }
    files.push({ path, lastNumber: last });
  }
  const nextFile = Number.parseInt(names.at(-1) ?? '0', 10) + 1;
  return { entries, files, nextFile, nextNumber: last + 1, damaged };
}

function parseLine(text: string): Entry | undefined {
  const match = /^(\d{1,15}) ([0-9a-f]{8}) (.*)$/.exec(text);
  if (!match) return undefined;
  const [, number = '', sum, line = ''] = match;
  return checksum(`${number} ${line}`) === sum ? { number: Number(number), line } : undefined;
}

/** 0 if it is not there or damaged: then all is sent that is there, some of it once more. */
async function readPosition(path: string): Promise<number> {
  const text = await readFile(path, 'latin1').catch(() => '');
  const match = /^(\d{16}) ([0-9a-f]{8})\n/.exec(text);
  return match && checksum(match[1] as string) === match[2] ? Number(match[1]) : 0;
}
