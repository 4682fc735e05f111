/** Is a regular expression of the catalogue safe to run on bytes that an attacker chose? */

/**
 * Says what is wrong with `source`, or gives an empty string. Refused are patterns whose work can explode: a repetition
 * without bound inside another one, back references, and more than three repetitions without bound (each may multiply
 * the work by the length of the value).
 */
export function checkPattern(source: string): string {
  try {
    new RegExp(source, 's');
  } catch (error) {
    return `is no regular expression: ${(error as Error).message}`;
  }
  /** For each open group: does it hold a repetition without bound? */
  const groups: boolean[] = [false];
  let repetitions = 0;
  /** Did the group that closed just now hold one? Undefined after anything else. */
  let closed: boolean | undefined;
  for (let i = 0; i < source.length; i++) {
    const character = source[i]!;
    if (character === '\\') {
      if (/[1-9k]/.test(source[i + 1] ?? '')) return 'has a back reference, whose work has no bound';
      i++;
      closed = undefined;
    } else if (character === '[') {
      while (source[++i] !== ']') if (source[i] === '\\') i++;
      closed = undefined;
    } else if (character === '(') {
      groups.push(false);
      closed = undefined;
    } else if (character === ')') {
      closed = groups.pop() ?? false;
      if (closed) groups[groups.length - 1] = true;
    } else if (character === '*' || character === '+' || /^\{\d+,\}/.test(source.slice(i, i + 12))) {
      if (closed === true) return 'repeats without bound a group that already repeats without bound';
      groups[groups.length - 1] = true;
      repetitions++;
      if (character === '{') i = source.indexOf('}', i);
      if (source[i + 1] === '?') i++;
      closed = undefined;
    } else {
      closed = undefined;
    }
  }
  return repetitions > 3 ? 'has more than three repetitions without bound' : '';
}
