/** Fields that need more than a place: several buffers, decoding, numbers. */

import type { Condition, Test } from '../signature/signature.ts';
import { binaryFields } from './suricata-binary.ts';
import type { SpecialPart, SuricataVersion } from './suricata-detection.ts';
import { ntlmFields } from './suricata-ntlm.ts';
import { bufferOptions, content, literalPattern, longestRun, pcre } from './suricata-options.ts';
import { smbFields } from './suricata-smb.ts';
import { bytesTest, numberBytes } from './suricata-stream.ts';

/** Several parts are alternatives: a rule for each. */
type Special = (test: Test, version: SuricataVersion, transport: string) => readonly SpecialPart[] | undefined;

const specialFields: Readonly<Record<string, Special>> = {
  ...smbFields,
  ...ntlmFields,
  ...binaryFields,
  'http.header_names': one(headerNames),
  'http.header': one(headerBeforeVersion7),
  'http.credentials': one(credentials),
  'ssh.banner': one(banner),
  'tls.signature_algorithms': one(extension(0x000d, 2)),
  'tls.supported_versions': one(extension(0x002b, 1)),
  'tls.alpn': one(applicationProtocols),
  'tls.heartbeat': one(heartbeat),
  'snmp.request_id': one(requestId),
};

function one(part: (test: Test, version: SuricataVersion) => SpecialPart | undefined): Special {
  return (test, version) => {
    const only = part(test, version);
    return only && [only];
  };
}

/** Undefined: the field is no special one, or the test cannot be said so. */
export function specialParts(
  { field, test }: Condition,
  version: SuricataVersion,
  transport: string,
): readonly SpecialPart[] | undefined {
  return specialFields[field]?.(test, version, transport);
}

/** The buffer holds each name after CR LF, and an empty line: `\r\nHost\r\nAccept\r\n\r\n`. */
function headerNames({ is, matches }: Test): SpecialPart | undefined {
  if (is !== undefined) {
    const lines = `\r\n${is.split(',').join('\r\n')}\r\n\r\n`;
    return { protocol: 'http', options: ['http.header_names', ...content(lines, { start: true, end: true })] };
  }
  if (matches === undefined) return undefined;
  // `(?:(?:A|B),?){2}`: what a comma parts there, a line end parts here.
  const lines = matches.replace(/^\^/, '^\\r\\n').replaceAll(',?)', '\\r\\n)').replace(/\$$/, '\\r\\n$');
  return { protocol: 'http', options: ['http.header_names', pcre(lines)] };
}

/** The same where no buffer is: a request line, these headers, and nothing else. */
export function headerNamesInStream(names: string): SpecialPart {
  const lines = names.split(',').map((name) => `${literalPattern(name)}:[^\\r\\n]*\\r\\n`);
  return { options: [pcre(`(?:^|\\n)[A-Z_]+ [^\\r\\n]+ HTTP/1\\.[01]\\r\\n${lines.join('')}\\r\\n`)] };
}

/** Suricata 6 has only all headers together, each ended by CR LF, without Cookie. */
function headerBeforeVersion7(test: Test, version: SuricataVersion): SpecialPart | undefined {
  if (version >= 7) return undefined;
  const { is, matches, nocase } = test;
  if (is !== undefined) {
    return { protocol: 'http', options: ['http.header.raw', ...content(`${is}\r\n`, { nocase })] };
  }
  if (matches === undefined) return undefined;
  const pattern = `(?:^|\\n)${matches.replace(/^\^/, '').replace(/\$$/, '\\r\\n')}`;
  const run = longestRun(matches);
  return { protocol: 'http', options: ['http.header.raw', ...(run ? content(run.bytes) : []), pcre(pattern, nocase)] };
}

/** RFC 7617: `Basic `, then base64 of user, colon, password. */
function credentials(test: Test): SpecialPart | undefined {
  return {
    protocol: 'http',
    options: [
      'http.header',
      ...content('Authorization: Basic ', { nocase: true }),
      'base64_decode:bytes 256,offset 0,relative',
      'base64_data',
      ...bufferOptions(test),
    ],
  };
}

/** `SSH-2.0-OpenSSH_9.6` is two buffers: `2.0` and `OpenSSH_9.6`. */
function banner({ is, matches }: Test, version: SuricataVersion): SpecialPart | undefined {
  // Version 6 gives the buffers only when the server has said its line, too.
  if (version < 7) return undefined;
  const parts = /^\^?SSH-(\d)\\?\.(\d+)-(.*)$/s.exec(is ?? matches ?? '');
  if (parts === null) return undefined;
  const [, major, minor, software] = parts as unknown as [string, string, string, string];
  const test = is !== undefined ? { is: software } : { matches: `^${software}` };
  return {
    protocol: 'ssh',
    options: [
      'ssh.proto',
      ...content(`${major}.${minor}`, { start: true, end: true }),
      'ssh.software',
      ...bufferOptions(test),
    ],
  };
}

/** A list of 16-bit numbers in an extension of ClientHello (RFC 8446 section 4.2). */
function extension(type: number, lengthSize: 1 | 2): (test: Test) => SpecialPart | undefined {
  return (test) => {
    const bytes = bytesTest(test, 4)?.is;
    if (bytes === undefined) return undefined;
    const list = numberBytes(bytes.length, lengthSize) + bytes;
    const hello = '\\x16\\x03[\\x00-\\x04]..\\x01\\x00';
    const whole = numberBytes(type, 2) + numberBytes(list.length, 2) + list;
    return { options: [...content(whole), pcre(`${hello}.*${literalPattern(whole)}`)] };
  };
}

/** RFC 6520 section 4, in a record of its own. */
function heartbeat({ contains }: Test): SpecialPart | undefined {
  if (contains === undefined) return undefined;
  return {
    options: [
      ...content(contains),
      pcre(`\\x18\\x03[\\x00-\\x03]..[\\x01\\x02]..${'.{0,200}?'}${literalPattern(contains)}`),
    ],
  };
}

/** Of a request (RFC 3416 section 3), its first integer. */
function requestId({ is }: Test): SpecialPart | undefined {
  if (is === undefined) return undefined;
  const bytes = Buffer.from(is.replace(/^0x/, ''), 'hex').toString('latin1');
  const element = `\x02${String.fromCharCode(bytes.length)}${bytes}\x02`;
  return {
    options: [
      ...content(element),
      pcre(`^\\x30.{1,3}\\x02\\x01.*[\\xa0\\xa1\\xa3\\xa5](?:[\\x00-\\x7f]|\\x81.|\\x82..)${literalPattern(element)}`),
    ],
  };
}

/** RFC 7301 section 3.1: names behind their length; the last one may go on. */
function applicationProtocols({ starts }: Test): SpecialPart | undefined {
  const names = starts?.split(',');
  const last = names?.pop();
  if (names === undefined || names.length === 0 || last === undefined) return undefined;
  const bytes = names.map((name) => String.fromCharCode(name.length) + name).join('');
  const pattern = `\\x16\\x03[\\x00-\\x04]..\\x01\\x00.*\\x00\\x10....${literalPattern(bytes)}.${literalPattern(last)}`;
  return { options: [...content(bytes), pcre(pattern)] };
}
