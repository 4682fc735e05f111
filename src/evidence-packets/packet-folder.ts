/** The folder of `--keep-packets`: a file for each scan, named by its id; bounded in number, size and age. */

import { mkdirSync, readdirSync, renameSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packetFileDays, packetFiles, packetFolderBytes } from '../limits.ts';

const fileName = /^([0-9a-f]{16})\.pcapng$/;

interface StoredFile {
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly written: number;
}

export interface PacketFolderBounds {
  readonly files: number;
  readonly bytes: number;
  readonly days: number;
}

const standardBounds: PacketFolderBounds = { files: packetFiles, bytes: packetFolderBytes, days: packetFileDays };

export class PacketFolder {
  /** Files that were deleted for their age, their number or their size. */
  deleted = 0;
  readonly #directory: string;
  readonly #bounds: PacketFolderBounds;
  /** By scan, oldest first. */
  readonly #files: Map<string, StoredFile>;
  #size = 0;

  /** Makes the folder if it is not there. @throws what the file system says */
  constructor(directory: string, bounds: PacketFolderBounds = standardBounds) {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    this.#directory = directory;
    this.#bounds = bounds;
    const found = readdirSync(directory).flatMap((name): [string, StoredFile][] => {
      const [, scan] = fileName.exec(name) ?? [];
      const status = scan === undefined ? undefined : statSync(join(directory, name), { throwIfNoEntry: false });
      return scan === undefined || !status ? [] : [[scan, { size: status.size, written: status.mtimeMs }]];
    });
    this.#files = new Map(found.sort(([, a], [, b]) => a.written - b.written));
    for (const { size } of this.#files.values()) this.#size += size;
    this.#makeRoom();
  }

  /** Whole or not at all: who opens it at the same time sees the file of before. @throws what the file system says */
  write(scan: string, bytes: Uint8Array): void {
    const file = this.#path(scan);
    const temporary = `${file}.${process.pid}.tmp`;
    try {
      writeFileSync(temporary, bytes, { mode: 0o600 });
      renameSync(temporary, file);
    } catch (error) {
      this.#unlink(temporary);
      throw error;
    }
    this.#size += bytes.length - (this.#files.get(scan)?.size ?? 0);
    this.#files.delete(scan);
    this.#files.set(scan, { size: bytes.length, written: Date.now() });
    this.#makeRoom();
  }

  #makeRoom(): void {
    const { files, bytes, days } = this.#bounds;
    const oldest = Date.now() - days * 86_400_000;
    for (const [scan, { size, written }] of this.#files) {
      if (this.#files.size <= files && this.#size <= bytes && written >= oldest) return;
      this.#unlink(this.#path(scan));
      this.#files.delete(scan);
      this.#size -= size;
      this.deleted++;
    }
  }

  #path(scan: string): string {
    return join(this.#directory, `${scan}.pcapng`);
  }

  #unlink(file: string): void {
    try {
      unlinkSync(file);
    } catch {
      // Somebody else has deleted it, or was not let: then it counts no more.
    }
  }
}
