/** NTLM messages, plain in binary protocols and as base64 in HTTP and mail. */

import type { Test } from '../signature/signature.ts';
import type { SpecialPart } from './suricata-detection.ts';
import { content, literalPattern, pcre } from './suricata-options.ts';

type Special = (test: Test) => readonly SpecialPart[] | undefined;

/** First bytes of flows that carry NTLM as it is: SMB, TDS, telnet, CredSSP. */
const binaryFlow = '^[\\x00\\x81\\x10\\x12\\xff\\x30].*?';
/** RFC 4559 section 4. */
const header = '\\n(?i:(?:Proxy-)?Authorization):[ \\t]*(?i:NTLM|Negotiate) +';
/** RFC 4954, RFC 9051, RFC 5034, RFC 4643: the command before it. */
const authentication =
  '(?:^|\\n)(?:[^\\s]{1,64} )?(?i:AUTH|AUTHENTICATE|AUTHINFO [A-Z]+)[ \\t]+(?i:NTLM|GSSAPI|GSS-SPNEGO)';

export const ntlmFields: Readonly<Record<string, Special>> = {
  'ntlm.negotiate': negotiate,
  'ntlm.workstation': workstation,
};

function negotiate({ is }: Test): readonly SpecialPart[] | undefined {
  if (is === undefined) return undefined;
  const encoded = Buffer.from(is, 'latin1').toString('base64');
  return [
    { options: [...content(is), pcre(`${binaryFlow}${literalPattern(is)}`)] },
    { options: [...content(encoded), pcre(`${header}${literalPattern(encoded)}[ \\t]*\\r?\\n`)] },
    {
      first: [...content('AUTH', { nocase: true }), pcre(authentication)],
      options: [...content(encoded), pcre(`(?:^|[ \\n])${literalPattern(encoded)}[ \\t]*\\r?\\n`)],
    },
  ];
}

/**
 * MS-NLMP section 2.2.1.3: at offset 44 its length (twice, two bytes each), and at 48 where it stands, counted from the
 * message's first byte.
 */
function workstation({ is }: Test): readonly SpecialPart[] | undefined {
  if (is === undefined) return undefined;
  const texts = [Buffer.from(is, 'utf16le').toString('latin1'), is];
  return texts.flatMap((text) => {
    const length = String.fromCharCode(text.length, 0);
    const lengths = [...content(length + length), `distance:${44 - start.length}`, 'within:4'];
    // A jump, and no `distance` that was computed: with that, Suricata 7 does not keep to `within`.
    const place = ['byte_jump:4,0,relative,little,post_offset -52', ...content(text), `within:${text.length}`];
    return [
      { options: [...content(start), ...lengths, ...place, pcre(binaryFlow)] },
      {
        // The first nine bytes are twelve letters of base64; the rest is decoded.
        options: [
          ...content(Buffer.from(start.slice(0, 9), 'latin1').toString('base64')),
          'base64_decode:bytes 1024,offset 0,relative',
          'base64_data',
          ...content(start.slice(9), { start: true }),
          ...lengths,
          ...place,
        ],
      },
    ];
  });
}

/** Signature and type of AUTHENTICATE. */
const start = 'NTLMSSP\0\x03\0\0\0';
