/** Why the system does not let us write, in plain words, with what to do; without a full stop. */

const words: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full. Make room',
  EDQUOT: 'no more may be written here (a quota)',
  EACCES: 'this user may not write here. Check the permissions of the file and of its folder',
  EPERM: 'this user may not write here. Check the permissions of the file and of its folder',
  EROFS: 'this disk is read-only. Name another place',
  ENOENT: 'there is no such folder. Make it, or check the path',
  ENOTDIR: 'a file stands where a folder is needed. Check the path',
  EEXIST: 'a file stands where a folder is needed. Check the path',
  EISDIR: 'this is a folder. Name a file in it',
  ENXIO: 'nobody reads this pipe',
};

export function writeProblem(error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return words[code] ?? message;
}
