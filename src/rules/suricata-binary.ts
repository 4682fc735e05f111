/** Fields of binary protocols whose place has to be counted. */

import type { Test } from '../signature/signature.ts';
import type { SpecialPart } from './suricata-detection.ts';
import { content, literalPattern, longestRun, pcre } from './suricata-options.ts';
import { numberBytes } from './suricata-stream.ts';

type Special = (test: Test, version: number, transport: string) => readonly SpecialPart[] | undefined;

export const binaryFields: Readonly<Record<string, Special>> = {
  'krb.nonce': nonce,
  'rdp.client_name': clientName,
  'rdp.requested_protocols': requestedProtocols,
  'socks.user': socksUser,
  'socks.password': socksPassword,
  'ssl2.version': ({ is }) =>
    is === undefined ? undefined : [{ options: [pcre(`${hello}${literalPattern(hexBytes(is))}`)] }],
  'ssl2.cipher_specs': cipherSpecs,
  // MS-TDS section 2.2.6.4: offset and length of each text, from the start of LOGIN7's data.
  'tds.host_name': loginText(36),
  'tds.user': loginText(40),
  'tds.app_name': loginText(48),
  'tds.server_name': loginText(52),
  'tds.library': loginText(60),
  'tds.database': loginText(68),
  'tns.connect_data': inConnect('^..\\x00\\x00\\x01.\\x00\\x00.{26}'),
  'tns.data': inConnect('^..\\x00\\x00\\x01.\\x00\\x00.{26}.*?\\x00\\x00\\x06'),
};

/** RFC 4120 section 5.4.1: [7] of the request's body. */
function nonce({ is }: Test, _: number, transport: string): readonly SpecialPart[] | undefined {
  if (is === undefined) return undefined;
  const value = hexBytes(is);
  const element = `\x02${String.fromCharCode(value.length)}${value}`;
  const member = `\xa7${String.fromCharCode(element.length)}${element}`;
  // RFC 4120 section 7.2.2: TCP puts four bytes of length before each message.
  const start = transport === 'tcp' ? '^\\x00...[\\x6a\\x6c]' : '^[\\x6a\\x6c]';
  return [{ options: [...content(member), pcre(`${start}.*?${literalPattern(member)}`)] }];
}

/** MS-RDPBCGR section 2.2.1.3.2: in the client core data of MCS Connect Initial, UTF-16. */
function clientName({ is }: Test): readonly SpecialPart[] | undefined {
  if (is === undefined) return undefined;
  const text = Buffer.from(is, 'utf16le').toString('latin1');
  const pattern = `^\\x03\\x00.*?\\x02\\xf0\\x80\\x7f\\x65.*?Duca.{1,400}?\\x01\\xc0.{22}${literalPattern(`${text}\0\0`)}`;
  return [{ options: [...content(text), pcre(pattern)] }];
}

/** MS-RDPBCGR section 2.2.1.1.1: little-endian, behind the cookie. */
function requestedProtocols({ is }: Test): readonly SpecialPart[] | undefined {
  if (is === undefined) return undefined;
  const value = Array.from(hexBytes(is)).reverse().join('');
  const request = '^\\x03\\x00..[\\x06-\\xff]\\xe0.{5}(?:[^\\r]*\\r\\n)?';
  return [{ options: [pcre(`${request}\\x01.\\x08\\x00${literalPattern(value)}`)] }];
}

/** RFC 1928 section 3, RFC 1929 section 2: the methods, then version 1, and user and password behind their lengths. */
const login = '^\\x05(?:\\x01.|\\x02..|\\x03...|\\x04....)\\x01';

function socksUser({ is }: Test): readonly SpecialPart[] | undefined {
  if (is === undefined) return undefined;
  return [{ options: [pcre(`${login}${literalPattern(numberBytes(is.length, 1) + is)}`)] }];
}

function socksPassword({ is }: Test): readonly SpecialPart[] | undefined {
  if (is === undefined) return undefined;
  const password = numberBytes(is.length, 1) + is;
  return [{ options: [...content(password), pcre(`${login}[\\x01-\\xff][ -~]+?${literalPattern(password)}`)] }];
}

/** RFC 5246 appendix E.2, up to the version. */
const hello = '^[\\x80-\\xff].\\x01';

function cipherSpecs({ contains, size }: Test): readonly SpecialPart[] | undefined {
  if (contains === undefined || size === undefined || !/^[0-9a-f]{6}$/.test(contains)) return undefined;
  // Six digits each, and a comma between them.
  const count = (size + 1) / 7;
  const length = literalPattern(numberBytes(3 * count, 2));
  const pattern = `${hello}..${length}\\x00\\x00\\x00[\\x10-\\x20](?:...){0,${count - 1}}?${literalPattern(hexBytes(contains))}`;
  return [{ options: [...content(`\x01\0\x02${numberBytes(3 * count, 2)}`), pcre(pattern)] }];
}

function loginText(reference: number): Special {
  return ({ is }) => {
    if (is === undefined) return undefined;
    const text = Buffer.from(is, 'utf16le').toString('latin1');
    const length = literalPattern(String.fromCharCode(is.length & 255, is.length >> 8));
    const packet = `(?:^|\\x00)\\x10[\\x00-\\x1f].{5}\\x00.{${reference + 2}}`;
    return [{ options: [...content(text), pcre(`${packet}${length}.*?${literalPattern(text)}`)] }];
  };
}

function inConnect(before: string): Special {
  return ({ contains, matches }) => {
    if (contains !== undefined) {
      return [{ options: [...content(contains), pcre(`${before}.*?${literalPattern(contains)}`)] }];
    }
    if (matches === undefined || matches.startsWith('^')) return undefined;
    const run = longestRun(matches);
    return [{ options: [...(run === undefined ? [] : content(run.bytes)), pcre(`${before}.*?${matches}`)] }];
  };
}

function hexBytes(text: string): string {
  return Buffer.from(text.replace(/^0x/, ''), 'hex').toString('latin1');
}
