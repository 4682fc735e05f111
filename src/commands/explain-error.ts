/** Errors in plain words, with what to do next. */

import { withoutControls } from '../report/printable.ts';

const systemErrors: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or directory. Check the path',
  EACCES: 'may not be read by this user. Check its permissions, or run as a user who may read it',
  EPERM: 'may not be read by this user. Check its permissions, or run as a user who may read it',
  EISDIR: 'is a directory where a file is needed',
  ENOTDIR: 'has a file in its path where a directory is needed. Check the path',
  EMFILE: 'could not be opened: too many files are open. Raise the limit (ulimit -n), or read fewer files at once',
  EIO: 'could not be read: the disk or the network share reports an error',
};

/** Thrown by the language itself, never by us: their place matters. All other errors speak for themselves. */
const defects: ReadonlySet<unknown> = new Set([TypeError, RangeError, ReferenceError, SyntaxError, EvalError]);

/** One line or several, without a newline at the end and without control characters. */
export function explainError(error: unknown): string {
  if (!(error instanceof Error)) return withoutControls(String(error));
  const { code, path, message, stack } = error as NodeJS.ErrnoException;
  const explanation = code === undefined ? undefined : systemErrors[code];
  if (explanation !== undefined) return `${path === undefined ? 'input' : withoutControls(path)}: ${explanation}.`;
  const text = defects.has(error.constructor) ? `this is a defect, please report it:\n${stack ?? message}` : message;
  return text.split('\n').map(withoutControls).join('\n');
}
