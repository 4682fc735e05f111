/** Every protocol whose fields a signature can name. */

import { coap } from './coap.ts';
import { dns } from './dns.ts';
import { ftp } from './ftp.ts';
import { http } from './http.ts';
import { icap } from './icap.ts';
import { imap } from './imap.ts';
import { irc } from './irc.ts';
import { iscsi } from './iscsi.ts';
import { krb } from './krb.ts';
import { mqtt } from './mqtt.ts';
import { nntp } from './nntp.ts';
import { ntlm } from './ntlm.ts';
import { packet } from './packet.ts';
import { pop3 } from './pop3.ts';
import { postgresql } from './postgresql.ts';
import { pptp } from './pptp.ts';
import type { Protocol } from './protocol.ts';
import { rdp } from './rdp.ts';
import { rtsp } from './rtsp.ts';
import { sip } from './sip.ts';
import { smb } from './smb.ts';
import { smb2 } from './smb2.ts';
import { smtp } from './smtp.ts';
import { snmp } from './snmp.ts';
import { socks } from './socks.ts';
import { ssh } from './ssh.ts';
import { ssl2 } from './ssl2.ts';
import { svn } from './svn.ts';
import { tds } from './tds.ts';
import { tls } from './tls.ts';
import { tns } from './tns.ts';

export const protocols: readonly Protocol[] = [
  coap,
  dns,
  ftp,
  http,
  icap,
  imap,
  irc,
  iscsi,
  krb,
  mqtt,
  nntp,
  ntlm,
  packet,
  pop3,
  postgresql,
  pptp,
  rdp,
  rtsp,
  sip,
  smb,
  smb2,
  smtp,
  snmp,
  socks,
  ssh,
  ssl2,
  svn,
  tds,
  tls,
  tns,
];
