/** DNS and multicast DNS queries (RFC 1035, RFC 6762) and NetBIOS name queries, which have the same shape (RFC 1002). */

import { hexNumber, hexOf, textOf, uint16 } from './bytes.ts';
import { FieldList } from './field-list.ts';
import type { ClientMessage, Field, Protocol } from './protocol.ts';

const HEADER_SIZE = 12;
const OPCODE_STATUS = 2;
/** RFC 1035 section 3.1. */
const MAX_NAME = 255;
/** Pointers followed in one name. Only mDNS queries carry any, and one is enough. */
const MAX_POINTERS = 8;
const TYPE_OPT = 41;

const TYPES: ReadonlyMap<number, string> = new Map([
  [1, 'A'],
  [2, 'NS'],
  [5, 'CNAME'],
  [6, 'SOA'],
  [12, 'PTR'],
  [15, 'MX'],
  [16, 'TXT'],
  [28, 'AAAA'],
  [33, 'SRV'],
  [251, 'IXFR'],
  [252, 'AXFR'],
  [255, 'ANY'],
]);

const CLASSES: ReadonlyMap<number, string> = new Map([
  [1, 'IN'],
  [3, 'CH'],
  [4, 'HS'],
  [254, 'NONE'],
  [255, 'ANY'],
]);

interface Question {
  readonly name: string;
  readonly type: number;
  readonly class: number;
  readonly start: number;
  readonly end: number;
}

interface Option {
  readonly code: number;
  readonly start: number;
  readonly end: number;
}

export const dns: Protocol = {
  name: 'dns',
  transports: ['udp', 'tcp'],
  fields: {
    'dns.id': { description: 'Transaction id, `0x` and four hex digits: `0xdead`.', verbatim: false },
    'dns.flags': {
      description: 'The 16 bits after the id, `0x` and four hex digits: `0x0100` is a query with recursion desired.',
      verbatim: false,
    },
    'dns.opcode': {
      description: 'Operation code, decimal: `0` query, `2` status request, `5` update.',
      verbatim: false,
    },
    'dns.query': {
      description: 'Name asked for, lower case, labels joined by dots, `.` for the root: `www.wikipedia.org`.',
      verbatim: false,
    },
    'dns.type': {
      description:
        'Type asked for: A, NS, CNAME, SOA, PTR, MX, TXT, AAAA, SRV (also NetBIOS NBSTAT: both are 33), IXFR, AXFR, ANY, else the decimal number.',
      verbatim: false,
    },
    'dns.class': {
      description: 'Class asked for, without the unicast bit of mDNS: IN, CH, HS, NONE, ANY, else the decimal number.',
      verbatim: false,
    },
    'dns.unicast': {
      description: '`QU` if the question has the unicast-response bit of mDNS (RFC 6762 section 5.4) set; else absent.',
      verbatim: false,
    },
    'dns.option': { description: 'Code of an EDNS option (RFC 6891), decimal: `3` is NSID.', verbatim: false },
    'dns.option_data': {
      description: 'Data of an EDNS option, hex digits, in the order of `dns.option`.',
      verbatim: false,
    },
    'dns.message': { description: 'The whole message, without the length that TCP puts before it.', verbatim: true },
  },
  parse,
};

function parse(message: ClientMessage): Field[] {
  const list = new FieldList(message.bytes);
  if (message.transport === 'udp') readMessage(message.bytes, message.start, message.end, list);
  if (message.transport !== 'tcp') return list.fields;
  // RFC 1035 section 4.2.2: two bytes of length before each message.
  for (let at = message.start; at + 2 <= message.end; ) {
    const end = at + 2 + uint16(message.bytes, at);
    if (end > message.end || !readMessage(message.bytes, at + 2, end, list)) break;
    at = end;
  }
  return list.fields;
}

/** Adds the fields of the query that fills `start` to `end` exactly; false, and no field, if there is none. */
function readMessage(bytes: Uint8Array, start: number, end: number, list: FieldList): boolean {
  if (end - start < HEADER_SIZE) return false;
  const flags = uint16(bytes, start + 2);
  const opcode = (flags >> 11) & 15;
  // QR is set in answers; a response code (low four bits) has no meaning in a query, so it is zero.
  if (flags & 0x8000 || opcode > 6 || flags & 0x000f) return false;
  const questionCount = uint16(bytes, start + 4);
  const recordCount = uint16(bytes, start + 6) + uint16(bytes, start + 8) + uint16(bytes, start + 10);
  // A message without a question says something only as a status request (RFC 1035 section 4.1.1), which is all header.
  if (questionCount === 0 && !(opcode === OPCODE_STATUS && end - start === HEADER_SIZE)) return false;

  const questions: Question[] = [];
  let at = start + HEADER_SIZE;
  for (let i = 0; i < questionCount; i++) {
    const question = readQuestion(bytes, start, at, end);
    if (!question) return false;
    questions.push(question);
    at = question.end;
  }
  const options: Option[] = [];
  for (let i = 0; i < recordCount; i++) {
    at = readRecord(bytes, at, end, options);
    if (at < 0) return false;
  }
  if (at !== end) return false;

  list.nextRequest();
  list.add('dns.id', hexNumber(uint16(bytes, start), 4), start, start + 2);
  list.add('dns.flags', hexNumber(flags, 4), start + 2, start + 4);
  list.add('dns.opcode', String(opcode), start + 2, start + 3);
  for (const question of questions) addQuestion(question, list);
  for (const option of options) {
    list.add('dns.option', String(option.code), option.start - 4, option.start - 2);
    list.add('dns.option_data', hexOf(bytes, option.start, option.end), option.start, option.end);
  }
  list.addBytes('dns.message', start, end);
  return true;
}

function addQuestion(question: Question, list: FieldList): void {
  const nameEnd = question.end - 4;
  const classNumber = question.class & 0x7fff;
  list.add('dns.query', question.name, question.start, nameEnd);
  list.add('dns.type', TYPES.get(question.type) ?? String(question.type), nameEnd, nameEnd + 2);
  list.add('dns.class', CLASSES.get(classNumber) ?? String(classNumber), nameEnd + 2, question.end);
  if (question.class & 0x8000) list.add('dns.unicast', 'QU', nameEnd + 2, question.end);
}

function readQuestion(bytes: Uint8Array, messageStart: number, at: number, end: number): Question | undefined {
  const nameEnd = skipName(bytes, at, end);
  if (nameEnd < 0 || nameEnd + 4 > end) return undefined;
  const name = readName(bytes, messageStart, at, end);
  if (name === undefined) return undefined;
  return { name, type: uint16(bytes, nameEnd), class: uint16(bytes, nameEnd + 2), start: at, end: nameEnd + 4 };
}

/** End of the record that starts at `at`, -1 if it does not fit; EDNS options go to `options`. */
function readRecord(bytes: Uint8Array, at: number, end: number, options: Option[]): number {
  const nameEnd = skipName(bytes, at, end);
  if (nameEnd < 0 || nameEnd + 10 > end) return -1;
  const dataStart = nameEnd + 10;
  const dataEnd = dataStart + uint16(bytes, nameEnd + 8);
  if (dataEnd > end) return -1;
  if (uint16(bytes, nameEnd) !== TYPE_OPT) return dataEnd;
  // RFC 6891 section 6.1.2: code, length, data.
  for (let option = dataStart; option + 4 <= dataEnd; ) {
    const optionEnd = option + 4 + uint16(bytes, option + 2);
    if (optionEnd > dataEnd) return -1;
    options.push({ code: uint16(bytes, option), start: option + 4, end: optionEnd });
    option = optionEnd;
  }
  return dataEnd;
}

/** One past the name at `at` as it stands there (a pointer ends it), -1 if it does not end before `end`. */
function skipName(bytes: Uint8Array, at: number, end: number): number {
  let position = at;
  while (position < end && position - at <= MAX_NAME) {
    const length = bytes[position]!;
    if (length === 0) return position + 1;
    if (length >= 0xc0) return position + 2 <= end ? position + 2 : -1;
    // 0x40 and 0x80 are reserved (RFC 1035 section 4.1.4).
    if (length > 63) return -1;
    position += 1 + length;
  }
  return -1;
}

/** The name at `at`. A pointer must point back, before the part it ends: so no loop can exist. */
function readName(bytes: Uint8Array, messageStart: number, at: number, end: number): string | undefined {
  let name = '';
  let size = 0;
  let pointers = 0;
  let partStart = at;
  for (let position = at; position < end; ) {
    const length = bytes[position]!;
    if (length === 0) return name === '' ? '.' : name;
    if (length >= 0xc0) {
      if (position + 2 > end || ++pointers > MAX_POINTERS) return undefined;
      const target = messageStart + (uint16(bytes, position) & 0x3fff);
      if (target >= partStart || target < messageStart + HEADER_SIZE) return undefined;
      position = partStart = target;
      continue;
    }
    size += 1 + length;
    if (length > 63 || position + 1 + length > end || size > MAX_NAME) return undefined;
    const label = textOf(bytes, position + 1, position + 1 + length).replace(/[A-Z]/g, (letter) =>
      letter.toLowerCase(),
    );
    // RFC 4343: a dot inside a label is written with a backslash, so that it is not taken for a border.
    name += (name === '' ? '' : '.') + label.replace(/[.\\]/g, '\\$&');
    position += 1 + length;
  }
  return undefined;
}
