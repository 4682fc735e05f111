/** NTLM messages, plain in binary protocols and as base64 in HTTP and mail. */

import type { Test } from '../signature/signature.ts';
import type { SpecialPart } from './suricata-detection.ts';
import { content, literalPattern, pcre } from './suricata-options.ts';

type Special = (test: Test) => readonly SpecialPart[] | undefined;

/** First bytes of flows that carry NTLM as it is: SMB, TDS, telnet, CredSSP. */
const binaryFlow = '^[\\x00\\x81\\x10\\x12\\xff\\x30].*?';
/** RFC 4559 section 4; RFC 4954, RFC 9051, RFC 5034, RFC 4643. */
const encodedPlace =
  '(?:(?i:Authorization):[ \\t]*(?i:NTLM|Negotiate) +|(?:^|\\n)(?:[^\\s]{1,64} )?(?i:AUTH[A-Z]*)[ \\t][^\\r\\n]*?[ \\r]\\n?)';

export const ntlmFields: Readonly<Record<string, Special>> = {
  'ntlm.negotiate': negotiate,
  'ntlm.workstation': workstation,
};

function negotiate({ is }: Test): readonly SpecialPart[] | undefined {
  if (is === undefined) return undefined;
  const encoded = Buffer.from(is, 'latin1').toString('base64');
  return [
    { options: [...content(is), pcre(`${binaryFlow}${literalPattern(is)}`)] },
    { options: [...content(encoded), pcre(`${encodedPlace}${literalPattern(encoded)}[ \\t]*\\r?\\n`)] },
  ];
}

/** MS-NLMP section 2.2.1.3: at offset 44 its length, twice, and its place. */
function workstation({ is }: Test): readonly SpecialPart[] | undefined {
  if (is === undefined) return undefined;
  const texts = [Buffer.from(is, 'utf16le').toString('latin1'), is];
  const names = texts.map((text) => {
    const length = literalPattern(String.fromCharCode(text.length, 0));
    return `${length}${length}.{4}.*?${literalPattern(text)}`;
  });
  const fields = `.{32}(?:${names.join('|')})`;
  const message = 'NTLMSSP\0\x03\0\0\0';
  return [
    ...texts.map((text) => ({
      options: [...content(text), ...content(message), pcre(`${binaryFlow}${literalPattern(message)}${fields}`)],
    })),
    {
      // The first nine bytes are twelve letters of base64, the rest is decoded.
      options: [
        ...content('TlRMTVNTUAAD'),
        'base64_decode:bytes 1024,offset 0,relative',
        'base64_data',
        pcre(`^\\x00\\x00\\x00${fields}`),
      ],
    },
  ];
}
