/** NNTP, the client's half (RFC 3977, RFC 4643). */

import { readCommandLines } from './command-lines.ts';
import { FieldList } from './field-list.ts';
import type { ClientMessage, Field, Protocol } from './protocol.ts';

const FIRST_LINE =
  /^(?:MODE[ \t]+(?:READER|STREAM)|CAPABILITIES(?:[ \t]+\S+)?|STARTTLS|DATE|QUIT|HELP|LIST(?:[ \t]+(?:ACTIVE|NEWSGROUPS|OVERVIEW\.FMT).*)?|AUTHINFO[ \t]+(?:USER|PASS|SASL|GENERIC|SIMPLE).*|GROUP[ \t]+[^ \t]+)[ \t]*$/i;
/** Commands after which an article follows. */
const ARTICLE = /^(?:POST|IHAVE[ \t].*|TAKETHIS[ \t].*)[ \t]*$/is;

export const nntp: Protocol = {
  name: 'nntp',
  transports: ['tcp'],
  fields: {
    'nntp.command': {
      description: 'A line said outside of an article, without its line end (answers to AUTHINFO included).',
      verbatim: true,
    },
  },
  parse,
};

function parse(message: ClientMessage): Field[] {
  const list = new FieldList(message.bytes);
  let inArticle = false;
  for (const line of readCommandLines(message, message.start, FIRST_LINE)) {
    if (!inArticle) list.addBytes('nntp.command', line.start, line.end);
    // RFC 3977 section 3.1.1: a dot alone ends the article.
    inArticle = inArticle ? line.text !== '.' : ARTICLE.test(line.text);
  }
  return list.fields;
}
