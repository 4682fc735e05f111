/**
 * Scripts of the catalogue that are in the category "version" (their own categories line; Nmap 7.93): -sV and -A run them
 * all, each where it fits.
 */
export const versionScripts: ReadonlySet<string> = new Set([
  'bacnet-info',
  'db2-das-info',
  'drda-info',
  'enip-info',
  'fox-info',
  'freelancer-info',
  'hnap-info',
  'http-trane-info',
  'iax2-version',
  'ike-version',
  'maxdb-info',
  'mcafee-epo-agent',
  'mqtt-subscribe',
  'murmur-version',
  'omron-info',
  'oracle-tns-version',
  'pptp-version',
  'snmp-info',
  'teamspeak2-version',
  'ventrilo-info',
  'vmware-version',
  'weblogic-t3-info',
  'xmpp-info',
]);
