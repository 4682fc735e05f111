/** Fields of SMB as bytes of the stream: Suricata has words for shares and pipes only, and not for all forms of those. */

import type { Test } from '../signature/signature.ts';
import type { SpecialPart } from './suricata-detection.ts';
import { content, literalPattern, pcre } from './suricata-options.ts';

type Special = (test: Test) => readonly SpecialPart[] | undefined;

/** A client's flow of SMB begins with a message or a session request (RFC 1002 section 4.3.1). */
const flow = '^[\\x00\\x81].*?';

export const smbFields: Readonly<Record<string, Special>> = {
  'smb.calling_name': callingName,
  'smb.dialects': dialects,
  'smb.native_os': setupText,
  'smb.native_lanman': setupText,
  // MS-CIFS section 2.2.2.1, MS-SMB2 section 2.2.1.2: the commands that name one.
  'smb.tree_path': lastName('\\xffSMB[\\x73\\x75]', '\\xfeSMB.{8}\\x03\\x00'),
  'smb.file_name': lastName('\\xffSMB[\\x02\\x03\\x06\\x2d\\xa2]', '\\xfeSMB.{8}\\x05\\x00'),
  'smb2.signature': fixed('\\xfeSMB.{44}'),
  'smb2.client_guid': fixed('\\xfeSMB.{8}\\x00\\x00.{62}'),
};

/** RFC 1001 section 14.1: 15 letters and a suffix, each as two letters from A on. */
function callingName({ is }: Test): readonly SpecialPart[] | undefined {
  if (is === undefined || is.length > 15) return undefined;
  const encoded = Array.from(is.padEnd(15), (letter) => {
    const code = letter.charCodeAt(0);
    return String.fromCharCode(0x41 + (code >> 4), 0x41 + (code & 15));
  }).join('');
  const request = '^\\x81\\x00\\x00\\x44\\x20.{32}\\x00\\x20';
  return [{ options: [...content(encoded), pcre(`${request}${literalPattern(encoded)}..\\x00`)] }];
}

/** MS-CIFS section 2.2.4.52.1. */
function dialects({ is }: Test): readonly SpecialPart[] | undefined {
  if (is === undefined) return undefined;
  const list = is.split(',').map((name) => `\x02${name}\0`);
  const bytes = list.join('');
  const counted = `\0${String.fromCharCode(bytes.length & 255, bytes.length >> 8)}${bytes}`;
  return [{ options: [...content(counted), pcre(`${flow}\\xffSMB\\x72.{27}${literalPattern(counted)}`)] }];
}

/** In a session setup, ended by zero; in UTF-16 if the client chose it. */
function setupText({ is }: Test): readonly SpecialPart[] | undefined {
  if (is === undefined) return undefined;
  return both(is).map((text) => {
    const end = text === is ? '\0' : '\0\0';
    return {
      options: [...content(text + end), pcre(`${flow}\\xffSMB\\x73.{40}.*?\\x00${literalPattern(text + end)}`)],
    };
  });
}

/** `(^|\\)name$`: the last part of a path. */
function lastName(command1: string, command2: string): Special {
  return ({ matches }) => {
    const name = /^\(\^\|\\\\\)([A-Za-z0-9_-]+)\$$/.exec(matches ?? '')?.[1];
    if (name === undefined) return undefined;
    const before = `${flow}(?:${command1}|${command2}).{20,600}?`;
    return both(name).map((text) => ({
      options: [
        ...content(text),
        pcre(
          text === name
            ? `${before}[\\x00\\x5c]${literalPattern(text)}(?:\\x00|\\z)`
            : `${before}(?<![!-\\[\\]-~]\\x00)${literalPattern(text)}(?![!-~]\\x00)`,
        ),
      ],
    }));
  };
}

function fixed(before: string): Special {
  return ({ is }) =>
    is === undefined ? undefined : [{ options: [...content(is), pcre(`${flow}${before}${literalPattern(is)}`)] }];
}

/** As one byte a letter, and as UTF-16. */
function both(text: string): string[] {
  return [text, Buffer.from(text, 'utf16le').toString('latin1')];
}
