/**
 * Alerts as bytes for a database, and back. Signatures are left to a table of their own (`SignatureTable`): hundreds of
 * them are shared by millions of scans. What is left is JSON, deflated (RFC 1951) with a dictionary of what stands in
 * nearly every alert: a few hundred bytes.
 */

import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Alert, AlertIncident, Severity } from '../scan/alert.ts';
import type { Evidence } from '../scan/evidence.ts';
import type { Signature } from '../signature/signature.ts';
import { StoreError } from './store-error.ts';

/** Between signatures and the numbers that a store gives them. */
export interface SignatureTable {
  /** Of a signature that was registered before. */
  numberOf(signature: Signature): number;
  signatureOf(number: number): Signature;
}

/** First byte: how the rest is written. A new dictionary is a new number; what was written with the old one stays readable. */
const deflatedWithFirstDictionary = 1;

/** An alert that swells beyond this is none of ours: 64 pieces of evidence and 512 targets of 128 ports are 1 MB. */
const largestAlert = 16 << 20;

export function encodeAlert(alert: Alert, table: SignatureTable): Uint8Array {
  const { incidents: _incidents, raisedFrom: _raisedFrom, sensors: _sensors, headline, ...rest } = alert;
  const signatures = alert.signatures.map(({ signature, count }) => [table.numberOf(signature), count]);
  const evidence = alert.evidence.map((one) => encodeEvidence(one, alert.source, table));
  const place = alert.evidence.indexOf(headline);
  const text = JSON.stringify({
    ...rest,
    signatures,
    evidence,
    // Nearly always one of the list.
    headline: place >= 0 ? place : encodeEvidence(headline, alert.source, table),
  });
  const body = deflateRawSync(text, { dictionary, level: 6, windowBits: 15, memLevel: 8 });
  const bytes = new Uint8Array(body.length + 1);
  bytes[0] = deflatedWithFirstDictionary;
  bytes.set(body, 1);
  return bytes;
}

/** @throws StoreError if the bytes are none that `encodeAlert` made. */
export function decodeAlert(bytes: Uint8Array, table: SignatureTable): Alert {
  try {
    return readAlert(bytes, table);
  } catch (error) {
    if (error instanceof StoreError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new StoreError('damaged', `A scan in the store cannot be read (${why}).`, { cause: error });
  }
}

function readAlert(bytes: Uint8Array, table: SignatureTable): Alert {
  if (bytes[0] !== deflatedWithFirstDictionary) {
    throw new StoreError('newer', 'A scan in the store was written by a newer Trespass. Update this one.');
  }
  const text = inflateRawSync(bytes.subarray(1), { dictionary, maxOutputLength: largestAlert }).toString();
  const stored = JSON.parse(text) as StoredAlert;
  const evidence = stored.evidence.map((one) => decodeEvidence(one, stored.source, table));
  const headline =
    typeof stored.headline === 'number'
      ? evidence[stored.headline]!
      : decodeEvidence(stored.headline, stored.source, table);
  return {
    ...stored,
    signatures: stored.signatures.map(([number, count]) => ({ signature: table.signatureOf(number), count })),
    evidence,
    headline,
  };
}

type StoredAlert = Omit<Alert, 'signatures' | 'evidence' | 'headline'> & {
  readonly signatures: readonly (readonly [number: number, count: number])[];
  readonly evidence: readonly StoredEvidence[];
  readonly headline: number | StoredEvidence;
};

type StoredEvidence = Omit<Evidence, 'signature' | 'bytes' | 'source'> & {
  readonly signature: number;
  readonly bytes: string;
};

function encodeEvidence(evidence: Evidence, source: string, table: SignatureTable) {
  const { signature, bytes, source: own, ...rest } = evidence;
  // Latin1: bytes of text protocols stay text, which deflates better than base64.
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  return { signature: table.numberOf(signature), ...rest, bytes: text, ...(own !== source && { source: own }) };
}

function decodeEvidence(stored: StoredEvidence, source: string, table: SignatureTable): Evidence {
  const { signature, bytes, ...rest } = stored;
  return { source, ...rest, signature: table.signatureOf(signature), bytes: Buffer.from(bytes, 'latin1') };
}

/** What of a signature a later report or a merge needs, as JSON. Conditions and examples stay in the catalogue. */
export function signatureText(signature: Signature): string {
  const { id, title, sid, grade, transports, ports, family, sequence, nmap, alsoSentBy, attack } = signature;
  const kept = { id, title, sid, grade, transports, ports, family, sequence, nmap, alsoSentBy, attack };
  return JSON.stringify(kept);
}

export function signatureFromText(text: string): Signature {
  const none = { match: [], search: [], blind: [], benign: '', seen: [], unseen: '', hits: [], misses: [] };
  return Object.freeze({ ...none, ...(JSON.parse(text) as Signature) });
}

/** The alert as the store knows it now: with its incidents, and the severity that they give. */
export function raiseAlert(alert: Alert, incidents: readonly AlertIncident[]): Alert {
  if (incidents.length === 0) return alert;
  const raised: Severity = 'high';
  const raisedFrom = alert.severity === raised ? {} : { raisedFrom: alert.severity };
  return { ...alert, severity: raised, ...raisedFrom, incidents };
}

/** Deflate looks back at most 32 KB; what comes last costs least. Never change it: add another with another number. */
const dictionary = Buffer.from(
  [
    '"firstnmap.scanme.orgNmap Scripting Enginehttps://nmap.org/book/nse.html/nmaplowercheck/nice%20ports%2C/Tri%6Eity.txt%2ebak',
    'mstshash=nmapOPTIONS sip:nm SIP/2.0Mozilla/5.0 (compatible; Nmap Scripting Engine; https://nmap.org/book/nse.html)',
    'GET / HTTP/1.1\\r\\nHost: \\r\\nConnection: close\\r\\nUser-Agent: \\r\\n\\r\\nGET /HNAP1 HTTP/1.1POST /sdk HTTP/1.1OPTIONS / RTSP/1.0',
    '/evox/about/.git/HEAD/robots.txtPROPFIND / HTTP/1.1Access-Control-Request-Method: Origin: example.comEHLO nmap.scanme.org\\r\\n',
    '"zone":"external-external","zone":"internal-external","zone":"internal-internal","severity":"high","severity":"medium","state":"open",',
    '"authorisation":{"address":"","owner":"","reason":"","expires":""},"transport":"udp","transport":"icmp","transport":"sctp",',
    '"options":[{"name":"-sV","signatures":["-sC"-O"--script http-title"smb-os-discovery"ssl-cert"ssh-hostkey"]}',
    '"spoofable":true,"fields":{"http.uri":"http.user_agent":"smtp.helo":"tls.ja4":"dns.qname":"rdp.cookie":"payload":"',
    '","orElse":["masscan","zgrab","nuclei"],"contradictory":true},"scripting":true},',
    '{"scan":"0123456789abcdef","state":"closed","severity":"low","zone":"external-internal","title":"Nmap, or a tool that carries its probes',
    'Nmap scan: service detection and scripts from 192.168.10.0.0.172.16. against 10.0.0. hosts","source":"192.0.2.",',
    '"firstSeen":17,"lastSeen":17,"evidenceCount":1,"spoofable":false,"signatures":[[1,1],[2,1]],"targets":[{"address":"10.0.0.","ports":["80/tcp","443/tcp","25/tcp","22/tcp","445/tcp"]}],',
    '"nmap":{"options":[],"scripts":[],"probes":[{"name":"GetRequest","signatures":["","probe-"]}],"oneOf":[{"scripts":["http-","http-"],"probes":[],"signatures":["http-"]}],',
    '"versions":{"since":"7.80","until":"","contradictory":false},"orElse":[],"scripting":false},"evidence":[',
    '{"signature":1,"time":17,"transport":"tcp","sourcePort":4,"target":"10.0.0.","targetPort":80,"spoofable":false,"matchStart":0,"matchEnd":2,"fields":{},"bytes":"',
    '\\u0000\\u0001\\u0000\\u0000"}],"omitted":{"evidence":0,"targets":0,"ports":0},"headline":0}',
  ].join(''),
);
