/**
 * Suricata's EVE: alerts that it raised from our exported rules, and records of protocols.
 *
 * Format: https://docs.suricata.io/en/latest/output/eve/eve-json-format.html, Suricata's etc/schema.json
 */

import { isIP } from 'node:net';
import { isServicePort } from '../hot-path/service-ports.ts';
import type { Transport } from '../protocol/protocol.ts';
import { sequenceLinks } from '../rules/suricata-sequences.ts';
import { defaultSidBase, ruleMeaning } from '../rules/suricata-sids.ts';
import type { CompiledSignature } from '../signature/compile-signatures.ts';
import { eveProtocols } from './eve-records.ts';
import { asObject, asPort, asText, type JsonObject, parseObject } from './json-values.ts';
import type { Found, LeftOut, LogParser, LogRecord } from './log-record.ts';
import { isoTimestamp } from './log-time.ts';

export interface EveLogOptions {
  readonly catalogue: readonly CompiledSignature[];
  /** As given to `signatures export suricata --sid-base`. */
  readonly sidBase?: number | undefined;
}

/** What an alert says besides its bytes. */
type Meaning = Omit<Found, 'bytes'>;

export function eveLogParser({ catalogue, sidBase = defaultSidBase }: EveLogOptions): LogParser {
  const meaningOf = ruleReader(catalogue, sidBase);
  return {
    parse(line) {
      if (line === '') return 'other';
      const event = parseObject(line);
      const type = asText(event?.event_type);
      if (event === undefined || type === undefined) return 'malformed';
      if (type === 'alert') {
        const alert = asObject(event.alert);
        // Somebody's own rule may have such a number; our export's messages all begin alike.
        const foreign = asText(alert?.signature)?.startsWith('TRESPASS ') === false;
        const meaning = foreign ? undefined : meaningOf(alert?.signature_id);
        return meaning === undefined ? 'other' : alertRecord(event, meaning);
      }
      return protocolRecord(event, type);
    },
  };
}

/** From the number of a rule to what its alert proves; undefined for those of others. */
function ruleReader(catalogue: readonly CompiledSignature[], sidBase: number): (rule: unknown) => Meaning | undefined {
  const bySid = new Map(catalogue.map((signature) => [signature.sid, signature]));
  const links = sequenceLinks(catalogue);
  return (rule) => {
    const meaning = typeof rule === 'number' ? ruleMeaning(sidBase, rule) : undefined;
    const signature = bySid.get(meaning?.signatureSid ?? 0);
    // Rules that only mark raise no alert, unless somebody has changed them.
    if (meaning === undefined || signature === undefined || /^(mark|first)$/.test(meaning.role)) return undefined;
    if (!meaning.role.startsWith('behind-')) return { signature, corroborated: signature.grade === 'strong' };
    const { completes } = links(signature.id);
    const sequence = completes.find(({ transports }) => transports.some((one) => signature.transports.includes(one)));
    return { signature, sequence };
  };
}

/** Our rules speak of what clients send; on a packet of the server, client and server are the other way round. */
function alertRecord(event: JsonObject, meaning: Meaning): LogRecord | LeftOut {
  const place = placeOf(event, event.direction === 'to_client');
  if (typeof place === 'string') return place;
  const application = asText(event.app_proto) ?? '';
  const logged = eveProtocols.get(application)?.values(event);
  return {
    // What is logged beside an alert is only shown.
    kind: eveProtocols.get(application)?.kind ?? 'eve-http',
    ...place,
    values: logged ?? [],
    found: { ...meaning, bytes: payloadOf(event) },
  };
}

/** The client's bytes, if Suricata was told to log them (`payload: yes`, `payload-printable: yes`). */
function payloadOf(event: JsonObject): Uint8Array {
  const encoded = asText(event.payload);
  if (encoded !== undefined) return Buffer.from(encoded, 'base64');
  return Buffer.from(asText(event.payload_printable) ?? '', 'latin1');
}

function protocolRecord(event: JsonObject, type: string): LogRecord | LeftOut {
  const protocol = eveProtocols.get(type);
  const values = protocol?.values(event);
  if (protocol === undefined || values === undefined) return 'other';
  const transport = transportOf(event.proto);
  // These are logged with the direction of the packet that completed them, which for TCP may be the server's.
  const turned = protocol.ofPacket && transport === 'tcp' ? isTurned(event) : false;
  if (turned === undefined) return 'other';
  const place = placeOf(event, turned);
  return typeof place === 'string' ? place : { kind: protocol.kind, ...place, values };
}

type Place = Pick<LogRecord, 'time' | 'transport' | 'source' | 'sourcePort' | 'target' | 'targetPort' | 'flow'>;

function placeOf(event: JsonObject, turned: boolean): Place | LeftOut {
  const time = isoTimestamp(asText(event.timestamp) ?? '');
  if (Number.isNaN(time)) return 'without-time';
  const from = { address: asText(event.src_ip) ?? '', port: asPort(event.src_port) };
  const to = { address: asText(event.dest_ip) ?? '', port: asPort(event.dest_port) };
  if (isIP(from.address) === 0 || isIP(to.address) === 0) return 'without-address';
  const [client, server] = turned ? [to, from] : [from, to];
  const flow = event.flow_id;
  return {
    time,
    transport: transportOf(event.proto),
    source: client.address,
    sourcePort: client.port,
    target: server.address,
    targetPort: server.port,
    flow: typeof flow === 'number' || typeof flow === 'string' ? String(flow) : '',
  };
}

function transportOf(value: unknown): Transport {
  const name = asText(value)?.toLowerCase();
  if (name === 'udp' || name === 'sctp') return name;
  return name === 'icmp' || name === 'ipv6-icmp' ? 'icmp' : 'tcp';
}

/** First of the ports that systems give to clients by themselves (Linux: ip_local_port_range). */
const ephemeral = 32_768;

/** Is the source the server? Undefined: the ports do not tell, and a guess could accuse the scanned. */
function isTurned(event: JsonObject): boolean | undefined {
  const from = asPort(event.src_port);
  const to = asPort(event.dest_port);
  if (isServicePort[from] !== isServicePort[to]) return isServicePort[from] === 1;
  return from < ephemeral === to < ephemeral ? undefined : from < ephemeral;
}
