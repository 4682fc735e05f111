/** The contract between the parsers of logs and the judgement: what one line says one client has sent. */

import type { Transport } from '../protocol/protocol.ts';
import type { LogKind } from '../rules/log-sources.ts';
import type { Signature } from '../signature/signature.ts';

/** One value of one of our fields (docs/fields.md), latin1: one character a byte. */
export type LoggedValue = readonly [field: string, value: string];

export interface LogRecord {
  readonly kind: LogKind;
  /** Microseconds since 1970. */
  readonly time: number;
  readonly transport: Transport;
  /** The client. An address in any valid spelling. */
  readonly source: string;
  /** 0: the log does not tell it. */
  readonly sourcePort: number;
  readonly target: string;
  readonly targetPort: number;
  /** The same for all records of one connection; empty: the log does not tell it. */
  readonly flow: string;
  readonly values: readonly LoggedValue[];
  /** An alert that another engine raised from one of our rules: what it found, and the client's bytes if it logged them. */
  readonly found?: Found;
}

export interface Found {
  readonly signature: Signature;
  readonly bytes: Uint8Array;
  /** A strong one: that engine alerts only behind another strong one, of which it tells nothing. */
  readonly corroborated?: boolean;
  /** The sequence that it completed there. */
  readonly sequence?: Signature | undefined;
}

/** Why a line gave no record. Each is counted. */
export type LeftOut =
  /** Of another kind: a record of another protocol, a comment, a header. */
  | 'other'
  /** Broken JSON, missing columns, wrong types. */
  | 'malformed'
  /** No date, or one that cannot be. */
  | 'without-time'
  /** No address of the client: a name, a dash. */
  | 'without-address';

/** Reads the lines of one file, in their order. Never throws, whatever the line. */
export interface LogParser {
  parse(line: string): LogRecord | LeftOut;
}
