export type CaptureErrorKind =
  | 'not-found'
  | 'is-directory'
  | 'no-permission'
  | 'unreadable'
  | 'compressed'
  | 'not-a-capture';

/** A capture that cannot be read at all. The message is for a person, names the file and says what to do next. */
export class CaptureError extends Error {
  override readonly name = 'CaptureError';
  readonly kind: CaptureErrorKind;
  readonly path: string;

  constructor(kind: CaptureErrorKind, path: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
    this.path = path;
  }
}

/** The system's error in plain words. */
export function fileError(path: string, cause: unknown): CaptureError {
  if (cause instanceof CaptureError) return cause;
  const code = (cause as NodeJS.ErrnoException | undefined)?.code;
  const options = { cause };
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new CaptureError('not-found', path, `${path}: no such file. Check the path.`, options);
    case 'EISDIR':
      return new CaptureError(
        'is-directory',
        path,
        `${path}: is a directory, not a capture file. Name a file in it.`,
        options,
      );
    case 'EACCES':
    case 'EPERM':
      return new CaptureError(
        'no-permission',
        path,
        `${path}: no permission to read it. Run as a user who may.`,
        options,
      );
    case 'EMFILE':
    case 'ENFILE':
      return new CaptureError(
        'unreadable',
        path,
        `${path}: too many open files. Raise the limit (ulimit -n).`,
        options,
      );
    case 'ELOOP':
      return new CaptureError(
        'not-found',
        path,
        `${path}: its symbolic links go in a circle. Name the file itself.`,
        options,
      );
    default: {
      const reason = cause instanceof Error ? cause.message : String(cause);
      return new CaptureError(
        'unreadable',
        path,
        `${path}: cannot be read (${reason}). Check the disk and try a copy.`,
        options,
      );
    }
  }
}
