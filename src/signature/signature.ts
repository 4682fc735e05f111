/** The catalogue's entry: what `signatures/<protocol>/<name>.yaml` says, once read and checked. */

import type { Transport } from '../protocol/protocol.ts';

/**
 * definitive: nobody but Nmap (or a tool that carries Nmap's own probes) sends it; one is an alert.
 * strong: rare elsewhere; two different ones from one source are an alert.
 * weak: normal alone; it counts only in a sequence.
 */
export type Grade = 'definitive' | 'strong' | 'weak';

/** What one value of a field must satisfy; all that are given must hold. Strings are latin1: one character per byte. */
export interface Test {
  readonly is?: string;
  readonly starts?: string;
  readonly ends?: string;
  readonly contains?: string;
  /** With `contains`: the offset in the value at which it must stand. */
  readonly at?: number;
  /** A regular expression (JavaScript, `s` flag: a dot is any byte). */
  readonly matches?: string;
  /** Length of the value in bytes, exactly. */
  readonly size?: number;
  /** Letters compare without case. */
  readonly nocase?: boolean;
}

/** `field` is `protocol.field`, or `payload`: all that the client has said in the flow, or the datagram. */
export interface Condition {
  readonly field: string;
  readonly test: Test;
}

/** Bytes that must stand in what the client said: somewhere, or (`anchored`) at its very first byte. */
export interface SearchLiteral {
  readonly bytes: string;
  readonly anchored: boolean;
}

/** What a client says in one TCP flow, or one datagram. */
export interface ExampleFlow {
  readonly transport: Transport;
  /** Destination port; 0: any (the signature's first port, if it is limited to some). */
  readonly port: number;
  /** Latin1: one character per byte. */
  readonly bytes: string;
  /** `bytes` are one whole IP packet, headers and all. Addresses are those of the trial, and `port` if it is not 0. */
  readonly packet?: true;
}

/** What one client does to one server, flow by flow. A single flow, except in a sequence's examples. */
export type Example = readonly ExampleFlow[];

/** Evidence of the named signatures, from one source, that together prove what none proves alone. */
export interface Sequence {
  /** Ids of the signatures that count. */
  readonly of: readonly string[];
  /** How many different ones are needed: different `family` values if `distinct` is `family`, else different ids. */
  readonly atLeast: number;
  /** One of these must be among them. Absent: none must. */
  readonly needs?: readonly string[];
  readonly distinct: 'signature' | 'family';
  /** What the evidence must share besides its source. */
  readonly on: 'port' | 'host' | 'source';
  /** Seconds between the first and the last. */
  readonly within: number;
}

export interface Signature {
  /** `<protocol>-<name>`, from the path. */
  readonly id: string;
  readonly title: string;
  /** A number that never changes, for engines that need one. */
  readonly sid: number;
  /** Rises when what its rules say changes. Absent: 1. */
  readonly rev?: number;
  readonly grade: Grade;
  readonly transports: readonly Transport[];
  /** Destination ports it is limited to; empty: any. */
  readonly ports: readonly number[];
  /** Protocol family of a generic probe (`http`, `tls`, `dns` ...), for sequences; empty if it has none. */
  readonly family: string;
  /** Ids of sequences that count it, though they do not name it. Absent: none. */
  readonly countsIn?: readonly string[];
  /** Every one must hold (over any of a field's values). Empty for a sequence. */
  readonly match: readonly Condition[];
  /**
   * What to search for when the conditions' own bytes do not stand on the wire as they are (base64, UTF-16, numbers):
   * at least one of these stands in the payload, ASCII letters without case, whenever the signature holds.
   */
  readonly search: readonly SearchLiteral[];
  readonly sequence?: Sequence;
  readonly nmap: {
    /** Files of Nmap that send it: `nselib/smtp.lua`, `scripts/dns-recursion.nse`, `nmap-service-probes`. */
    readonly emittedBy: readonly string[];
    readonly scripts: readonly string[];
    /** Service probes by name. */
    readonly probes: readonly string[];
    /** Options implied: `-sV`, `-O`. */
    readonly options: readonly string[];
    /** Oldest and newest version that sends it, `7.80` or empty: any. */
    readonly since: string;
    readonly until: string;
    readonly note: string;
  };
  /** Other tools that send these bytes. Not empty: the alert says "Nmap, or a tool that carries its probes". */
  readonly alsoSentBy: readonly string[];
  /** What hides it: script arguments, options. */
  readonly blind: readonly string[];
  /** Legitimate traffic that could equal it, in words. */
  readonly benign: string;
  /** Seen on the wire from real Nmap: name of a capture in `captures/`, or empty and `unseen` says why. */
  readonly seen: readonly string[];
  readonly unseen: string;
  /** MITRE ATT&CK techniques. */
  readonly attack: readonly string[];
  readonly hits: readonly Example[];
  readonly misses: readonly Example[];
}
