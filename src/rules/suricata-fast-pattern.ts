/** Which of a rule's contents Suricata shall look for in all traffic: left alone it takes the longest, common or not. */

import { ordinariness } from '../signature/compile-signatures.ts';

const modifier = /^(?:startswith|endswith|nocase|offset:|depth:|distance:|within:|isdataat:!1,relative)/;
/** Contents behind these words are looked for in what was decoded only then. */
const notSearched = /^(?:base64_data|byte_jump)/;

/** The options with `fast_pattern` at the rarest of several contents, unless one has it already. */
export function withFastPattern(options: readonly string[]): string[] {
  const contents: number[] = [];
  for (const [index, option] of options.entries()) {
    if (option === 'fast_pattern') return [...options];
    if (notSearched.test(option)) break;
    if (option.startsWith('content:')) contents.push(index);
  }
  if (contents.length < 2) return [...options];
  const best = contents.reduce((one, other) => (worth(options[other]!) > worth(options[one]!) ? other : one));
  let end = best + 1;
  while (end < options.length && modifier.test(options[end]!)) end++;
  return [...options.slice(0, end), 'fast_pattern', ...options.slice(end)];
}

/** More for more bytes, less for words of ordinary traffic. */
function worth(option: string): number {
  const bytes = contentBytes(option);
  const windows = Math.max(1, bytes.length - 7);
  let common = Number.POSITIVE_INFINITY;
  for (let at = 0; at < windows; at++) common = Math.min(common, ordinariness(bytes.slice(at, at + 8)));
  return Math.min(bytes.length, 16) - 3 * common - (bytes.length < 4 ? 20 : 0);
}

/** What a `content` looks for. */
function contentBytes(option: string): string {
  const text = option.slice('content:"'.length, -1);
  return text.replace(/\|([0-9a-f ]+)\|/g, (_, hex: string) =>
    Buffer.from(hex.replaceAll(' ', ''), 'hex').toString('latin1'),
  );
}
