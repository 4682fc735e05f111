import { closeSync, createReadStream, fstatSync, open } from 'node:fs';
import { promisify } from 'node:util';
import { CaptureError, fileError } from './capture-error.ts';
import { type CaptureSource, DecompressedSource, FileSource, StreamSource } from './capture-source.ts';

/** Name that stands for standard input. */
export const STANDARD_INPUT = '-';

/** Compressions that are not read here, by their first bytes in hexadecimal, and what undoes them. */
const FOREIGN_COMPRESSIONS: readonly (readonly [string, string, string])[] = [
  ['fd377a585a00', 'xz', 'xz -d'],
  ['04224d18', 'lz4', 'lz4 -d'],
  ['425a68', 'bzip2', 'bzip2 -d'],
  ['504b0304', 'zip', 'unzip'],
  ['1f9d', 'compress', 'uncompress'],
  ['377abcaf271c', '7z', '7z x'],
];

/**
 * Opens the capture at `path`, or standard input for `-`. Compression is told by the first bytes: gzip and zstd are undone
 * on the way. `signal` ends what is no regular file (StreamSource). Rejects with CaptureError.
 */
export async function openCapture(path: string, signal?: AbortSignal): Promise<CaptureSource> {
  let source: CaptureSource | undefined;
  try {
    source = path === STANDARD_INPUT ? openStandardInput(signal) : await openFile(path, signal);
    return await undoCompression(source, await source.peek(6));
  } catch (error) {
    source?.close();
    throw fileError(path, error);
  }
}

function openStandardInput(signal?: AbortSignal): CaptureSource {
  const stat = fstatSync(0);
  if (stat.isFile()) return new FileSource('standard input', 0, stat.size);
  return new StreamSource('standard input', process.stdin, signal);
}

async function openFile(path: string, signal?: AbortSignal): Promise<CaptureSource> {
  // In the thread pool, for opening a named pipe waits for its writer.
  const descriptor = await promisify(open)(path, 'r');
  const stat = fstatSync(descriptor);
  if (stat.isDirectory()) {
    closeSync(descriptor);
    throw Object.assign(new Error('is a directory'), { code: 'EISDIR' });
  }
  if (stat.isFile()) return new FileSource(path, descriptor, stat.size);
  if (stat.isFIFO()) {
    // Loaded only here: most captures are plain files, and a start should not wait for what they do not need.
    const { Socket } = process.getBuiltinModule('node:net');
    return new StreamSource(path, new Socket({ fd: descriptor, readable: true, writable: false }), signal);
  }
  return new StreamSource(path, createReadStream('', { fd: descriptor }), signal);
}

async function undoCompression(source: CaptureSource, head: Uint8Array): Promise<CaptureSource> {
  const hex = Buffer.from(head).toString('hex');
  if (hex.startsWith('1f8b')) {
    const { gunzip } = await import('./decompress.ts');
    return new DecompressedSource(source, gunzip(source));
  }
  if (hex.startsWith('28b52ffd') || /^5.2a4d18/.test(hex)) {
    const { unzstd } = await import('./decompress.ts');
    return new DecompressedSource(source, unzstd(source));
  }
  for (const [magic, name, command] of FOREIGN_COMPRESSIONS) {
    if (hex.startsWith(magic)) {
      const message = `${source.name}: is compressed with ${name}, which is not read here. Decompress it first with "${command}".`;
      throw new CaptureError('compressed', source.name, message);
    }
  }
  return source;
}
