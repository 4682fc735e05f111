import { readdirSync, realpathSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { CaptureError, fileError } from './capture-error.ts';
import { captureFormat, FORMAT_BYTES, UNKNOWN } from './capture-format.ts';
import { openCapture, STANDARD_INPUT } from './open-capture.ts';

/** Files of a directory that are there and cannot be read, or cannot be read yet (xz): a notice each, up to this many. */
const NOTICES_KEPT = 20;
/** Files that are no captures, named in the one notice about all of them. */
const NAMES_SHOWN = 3;

export interface CaptureList {
  /** Capture files in the order of the arguments; those of a directory sorted by path. Each file once. */
  readonly files: string[];
  /** What was left out in directories and why: lines for a person, few however many files they are about. */
  readonly notices: string[];
  /** How many were left out in all. */
  readonly skipped: number;
}

/**
 * The capture files that `paths` name: files, `-`, and directories with all below them. In a directory, what is no capture
 * is left out with one notice for all; named itself, it rejects with CaptureError, like anything that cannot be read.
 */
export async function listCaptures(paths: readonly string[]): Promise<CaptureList> {
  const list = new Listing();
  for (const path of paths) {
    if (path === STANDARD_INPUT) {
      list.files.push(path);
      continue;
    }
    let directory = false;
    try {
      directory = statSync(path).isDirectory();
    } catch (error) {
      throw fileError(path, error);
    }
    if (directory) await list.addTree(path);
    else if (list.isNew(path)) await list.addFile(path);
  }
  return { files: list.files, notices: list.notices, skipped: list.skipped };
}

class Listing {
  readonly files: string[] = [];
  readonly notices: string[] = [];
  skipped = 0;
  /** Files of the present directory that are no captures. */
  private readonly others: CaptureError[] = [];
  /** Left out besides them, without a notice. */
  private unsaid = 0;
  /** Real paths of files and directories met: a symbolic link to a directory above would never end. */
  private readonly seen = new Set<string>();

  /** A directory that was named, with all below it. */
  async addTree(root: string): Promise<void> {
    await this.addDirectory(root);
    const others = this.others.splice(0);
    if (others.length === 1) this.notices.push(others[0]!.message);
    if (others.length > 1) {
      const names = others.slice(0, NAMES_SHOWN).map(({ path }) => relative(root, path));
      if (others.length > names.length) names.push('…');
      this.notices.push(`${root}: ${others.length} files are not captures and were left out (${names.join(', ')})`);
    }
    if (this.unsaid > 0) this.notices.push(`${root}: ${this.unsaid} more files could not be read`);
    this.unsaid = 0;
  }

  private async addDirectory(root: string): Promise<void> {
    let entries: string[];
    try {
      if (!this.isNew(root)) return;
      entries = readdirSync(root).sort();
    } catch (error) {
      this.skip(fileError(root, error));
      return;
    }
    for (const entry of entries) {
      const path = join(root, entry);
      try {
        const stat = statSync(path);
        if (stat.isDirectory()) await this.addDirectory(path);
        else if (stat.isFile() && this.isNew(path)) await this.addFile(path);
      } catch (error) {
        this.skip(fileError(path, error));
      }
    }
  }

  async addFile(path: string): Promise<void> {
    // A pipe can be read only once: the reader will see what it is.
    if (statSync(path).isFile()) await checkCapture(path);
    this.files.push(path);
  }

  isNew(path: string): boolean {
    const real = realpathSync(path);
    if (this.seen.has(real)) return false;
    this.seen.add(real);
    return true;
  }

  private skip(error: CaptureError): void {
    this.skipped++;
    if (error.kind === 'not-a-capture') this.others.push(error);
    else if (this.notices.length < NOTICES_KEPT) this.notices.push(error.message);
    else this.unsaid++;
  }
}

async function checkCapture(path: string): Promise<void> {
  const source = await openCapture(path);
  try {
    const head = await source.peek(FORMAT_BYTES);
    if (captureFormat(head, head.length) !== UNKNOWN) return;
    const what = head.length > 0 ? 'is not a packet capture' : (source.damage ?? 'is empty');
    const message = `${path}: ${what}. Trespass reads pcap and pcapng, also compressed with gzip or zstd.`;
    throw new CaptureError('not-a-capture', path, message);
  } finally {
    await source.close();
  }
}
