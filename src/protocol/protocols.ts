/** Every protocol whose fields a signature can name. */

import { dns } from './dns.ts';
import { ftp } from './ftp.ts';
import { http } from './http.ts';
import { icap } from './icap.ts';
import { imap } from './imap.ts';
import { irc } from './irc.ts';
import { nntp } from './nntp.ts';
import { pop3 } from './pop3.ts';
import type { Protocol } from './protocol.ts';
import { rdp } from './rdp.ts';
import { rtsp } from './rtsp.ts';
import { sip } from './sip.ts';
import { smb } from './smb.ts';
import { smb2 } from './smb2.ts';
import { smtp } from './smtp.ts';
import { ssh } from './ssh.ts';
import { ssl2 } from './ssl2.ts';
import { tls } from './tls.ts';

export const protocols: readonly Protocol[] = [
  dns,
  ftp,
  http,
  icap,
  imap,
  irc,
  nntp,
  pop3,
  rdp,
  rtsp,
  sip,
  smb,
  smb2,
  smtp,
  ssh,
  ssl2,
  tls,
];
